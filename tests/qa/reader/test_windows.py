"""The tokens of windows map back to the passage's characters."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reader.windows import Featurizer, Passage
from qa.settings import MODEL


@pytest.fixture(scope="module")
def featurizer():
    return Featurizer.load(MODEL)


TEXT = st.text(
    st.characters(codec="utf-8") | st.sampled_from("abc .,\n\t'’é日本語 العربية😀e\u0301\u202e"), max_size=400
)


@given(text=TEXT, title=TEXT, context=TEXT, question=TEXT, body=st.integers(0, 50))
def test_every_token_has_offsets_in_the_passage(featurizer, text, title, context, question, body):
    for window in featurizer.windows(question, [Passage(text, title, body, context)]):
        assert len(window.input_ids) <= 384
        assert len(window.offsets) == len(window.starts) == len(window.ends)
        assert window.first + len(window.offsets) + 1 == len(window.input_ids)
        for start, end in window.offsets:
            assert body <= start <= end <= len(text)


def words(featurizer, text, **passage):
    (window,) = featurizer.windows("what?", [Passage(text, **passage)])
    return [text[a:b] for a, b in window.offsets]


def test_tokens_are_slices_of_the_source(featurizer):
    assert words(featurizer, "Soyuz 2.1a flew")[-1] == "flew"
    assert "".join(words(featurizer, "Soyuz 2.1a flew")) == "Soyuz2.1aflew"


def test_the_head_of_a_document_is_not_read(featurizer):
    assert words(featurizer, " date 2025-04-08 A rocket", body_start=17) == ["A", "rocket"]


def test_the_context_of_a_table_is_read_as_part_of_its_title(featurizer):
    apart, joined = (
        featurizer.windows("how much?", [Passage("Country: Japan; Limit: 190.", **said)])[0]
        for said in ({"title": "Policy", "context": "Table 2. Limits"}, {"title": "Policy — Table 2. Limits"})
    )
    assert apart.input_ids == joined.input_ids and (apart.offsets == joined.offsets).all()


def test_a_span_may_not_start_or_end_inside_a_word(featurizer):
    text = "unfathomableness happened"
    (window,) = featurizer.windows("what?", [Passage(text)])
    assert {int(a) for (a, _), good in zip(window.offsets, window.starts, strict=True) if good} == {0, 17}
    assert {int(b) for (_, b), good in zip(window.offsets, window.ends, strict=True) if good} == {16, 25}


@pytest.mark.parametrize(
    "whole", ["23,500", "1,250,000", "2.4", "10:30", "3.10.2026", "31. Oktober", "a.berg+news@post.example"]
)
def test_numbers_times_and_addresses_are_quoted_whole(featurizer, whole):
    text = f"see {whole}, or ask"
    (window,) = featurizer.windows("what?", [Passage(text)])
    first, last = text.index(whole), text.index(whole) + len(whole)
    starts = {int(a) for (a, _), good in zip(window.offsets, window.starts, strict=True) if good}
    ends = {int(b) for (_, b), good in zip(window.offsets, window.ends, strict=True) if good}
    assert {first} == {at for at in starts if first <= at < last}
    assert {last} == {at for at in ends if first < at <= last}


def test_a_list_of_years_may_be_quoted_in_part(featurizer):
    (window,) = featurizer.windows("when?", [Passage("1998,2004 and 1913-1920")])
    parts = [(int(a), int(b)) for a, b in window.offsets]
    assert {0, 5, 14, 19} <= {a for (a, _), good in zip(parts, window.starts, strict=True) if good}


def test_scripts_without_spaces_may_be_cut_anywhere(featurizer):
    (window,) = featurizer.windows("何?", [Passage("東京は日本の首都")])
    assert window.starts.all() and window.ends.all()


def test_long_passages_are_read_whole_in_windows_that_overlap(featurizer):
    text = " ".join(f"word{k}" for k in range(2000))
    windows = featurizer.windows("what?", [Passage(text, "A title")])
    covered = {int(a) for window in windows for a, _ in window.offsets}
    assert len(windows) > 5
    assert {word.start() for word in re.finditer("word", text)} <= covered
    assert windows[-1].offsets[-1, 1] == len(text)
    for before, after in pairwise(windows):
        assert after.offsets[0, 0] < before.offsets[-1, 0]


def test_a_passage_without_text_has_no_window(featurizer):
    assert featurizer.windows("what?", [Passage(""), Passage("   ")]) == []


def test_a_question_longer_than_a_window_leaves_room_for_the_passage(featurizer):
    (window,) = featurizer.windows("why " * 5000, [Passage("Because.", "t " * 5000)])
    assert len(window.offsets) == 2


def test_the_tokenizer_of_the_shipped_reader_is_there():
    assert (Path(MODEL) / "tokenizer.json").is_file()
