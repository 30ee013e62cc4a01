"""Further examples for the classifier of utterances: wordings around titles and names of the reader's training sets."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from pathlib import Path

from qa.conversation.kinds import Kind

EVERY = 2000  # the most questions of a set, drawn at random, whose titles and names are taken
LONGEST_TITLE = 6  # words
_NAME = re.compile(r"[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){0,2}")
_PARTS = re.compile(r"\s*(?: — |: |›|\(|\))\s*")

# {} is a title or a name. A wording without it stands once.
WORDINGS: dict[Kind, str] = {
    Kind.HITS: """
{}
{}
{}
{}
{}
mentions of {}
all mentions of {}
every reference to {}
references to {}
occurrences of {}
passages about {}
passages on {}
quotes about {}
quotes on {}
sections about {}
anything about {}
anything on {}
everything on {}
everything about {}
all about {}
search: {}
search for {}
find {}
find me the part about {}
find the passage on {}
look up {}
show me the parts with {}
show me passages about {}
show everything about {}
show me where {} is mentioned
where is {} mentioned
where is {} discussed
where do they mention {}
where do they talk about {}
where does {} come up
where does the word {} appear
which documents mention {}
which files mention {}
which pages talk about {}
which passages are about {}
in which documents does {} occur
does anyone mention {}
do the documents mention {}
do the documents say anything about {}
is there anything about {}
is {} mentioned anywhere
what is there on {}
stuff about {}
info on {}
more on {}
lines with {}
hits for {}
quotes from {}
what do the documents say on {}
""",
    Kind.SUMMARY: """
summarise {}
summarize {} please
can you summarise {}
summary of {}
a short summary of {}
give me a summary of {}
sum up {}
tldr {}
tl;dr of {}
gist of {}
the gist of {}
overview of {}
brief overview of {}
outline of {}
outline {}
an outline of the chapter on {}
synopsis of {}
recap of {}
rundown of {}
key points of {}
main points of {}
key facts in {}
takeaways from {}
the essentials of {}
the big picture of {}
give me the big picture of {}
what is {} about
what's {} about?
what is the document on {} about
what does {} say overall
what does {} say, in short
what does {} say, briefly
what does the chapter on {} cover
briefly: {}
in brief: {}
describe {} in two sentences
explain {} in a nutshell
what is the conclusion of {}
what are the conclusions of {}
what are the main topics of {}
what were the main topics at the meeting about {}
what was discussed at the {} meeting
what was discussed in {}, roughly
what are the most important things in {}
what is important in {}
what should I know from {}
what do I need to know about the {} document
i don't want to read it all, what's in {}
no time to read {}, what's in it
too long to read, what does {} say
bottom line of {}
short version of {}
digest of {}
abstract of {}
main message of {}
main argument of {}
highlights of {}
plot summary of {}
what is the point of {}
catch me up on {}
catch me up
fill me in
bring me up to speed
what is it all about
what does the document say
what does this say in short
what's the short version
give me the main points
what are they all about
what is everything about
what do all of them say, briefly
""",
    Kind.LIBRARY: """
is {} in here
is {} in the library
is the document on {} loaded
do you have {}
do you have anything by {}
do you have documents about {}
do you have any files on {}
have you got the {} document
got anything by {}?
is there a document about {}
is there a file called {}
are there any documents on {}
how many documents are about {}
how many files mention {} in their name
which documents are about {}
which documents deal with {}
which {} documents do you have
which {} files are loaded
which {} papers are in here
when was the {} document added
when was the {} file last modified
how long is the document on {}
suggest some questions
suggest a few questions to ask
what can I ask you about these documents
which questions can you answer
give me some example questions
what topics do the documents cover
what subjects are covered
give me a list of topics
list of subjects please
how can I remove a document
how do i delete a file
how do I add a folder
how can I upload another file
can i remove documents
which formats can you read
what file types are there
how old is the oldest document
what is the oldest file
which document is the shortest
how many words are there in all the documents
what has been added this week
what changed since the last time
which files were skipped
what could not be read
are there any scanned files
any errors during indexing
anything that failed to load?
when did you last index
how up to date is the index
where are the files kept
what are the file names
show all documents
list everything
list all the files
what's in here
what do you have
what have you got
how many authors
who wrote these documents
which languages do you have
how many of them are pdfs
sort the documents by date
documents without a title
what have I uploaded
which uploads are there
""",
    Kind.COURTESY: """
hi there
hello there
hey
good afternoon
good night
good day to you
how are you
how are you today
how's everything
how is it going
how do you do
what's up
nice to meet you
what are you
who are you
who made you
what's your name
do you have a name
are you an AI
are you chatgpt
are you human
is there a person here
what model are you
are you a language model
do you use AI
are you connected to the internet
can you think
do you speak german
do you understand me
can you read this
what can you do
what can you do for me
what do you do
how can you help
how do you work
how does this thing work
what is this
what should I do
what do I do now
what now
how do i start
where do I start
help me
help please
thanks a lot
thank you
thanks for your help
thx a lot
that helped
that was helpful
very helpful, thanks
exactly
exactly right
that's right
correct
right
you are right
yes
yes please
yep
nope
no thanks
ok
okay then
alright
fine
sure
got it
understood
i see
makes sense
interesting
amazing
brilliant
awesome
excellent
superb
not bad
good
good job
nice one
very good
perfect
wrong
wrong answer
that is not right
that's not what I asked
that's not helpful
this is not what i wanted
bad answer
terrible
this is nonsense
stupid thing
you are useless
try again
once more please
again
sorry
sorry, my mistake
oops
never mind, found it
forget it
stop
wait
hold on
hmm
hm let me think
um
haha
wow
omg
test 123
testing
is this working
is this thing on
does it work
anybody there
anyone here?
pong
echo
goodbye
bye bye
see you
see you later
until next time
take care
have a good one
have a nice day
enjoy your weekend
i am done
that's all
that will be all
nothing else
please
pretty please
i don't understand
i am lost
i have a question
can i ask something
may I ask you something
let's start
let's go
i love you
tell me a joke
sing a song
merry christmas
happy new year
""",
}


def subjects(paths: Sequence[Path], rng: random.Random) -> list[str]:
    """Titles and names that occur in question files, each as it stands or in lower case."""
    found: set[str] = set()
    for path in sorted(paths):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        for row in rng.sample(rows, min(EVERY, len(rows))):
            parts = [part for part in _PARTS.split(row.get("title") or "") if len(part) > 2]
            found.update(part for part in parts[-1:] if len(part.split()) <= LONGEST_TITLE)
            found.update(name for name in _texts(row)[:1] if _NAME.fullmatch(name))
    return [text.lower() if rng.random() < 0.5 else text for text in sorted(found)]


def composed(paths: Sequence[Path], times: int) -> list[tuple[str, Kind]]:
    """Every wording with its kind, ``times`` with another title or name each; always the same ones.

    None without question files.
    """
    rng = random.Random(5)
    about = subjects(paths, rng)
    said: dict[str, Kind] = {}
    for kind, lines in WORDINGS.items():
        for wording in lines.strip().split("\n"):
            for text in rng.sample(about, min(times, len(about)) if "{}" in wording else 1):
                said[wording.replace("{}", text)] = kind
    return list(said.items())


def _texts(row: dict[str, object]) -> list[str]:
    answers = row.get("answers")
    return [one if isinstance(one, str) else one["text"] for one in answers] if isinstance(answers, list) else []
