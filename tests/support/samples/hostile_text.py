"""Text that would be markup, a link or a control sequence if it were not escaped."""

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=http://elsewhere.example/x.png onerror=alert(1)>',
    "![picture](http://elsewhere.example/x.png)",
    "[link](javascript:alert(1))",
    "\x1b[31mred\x1b[0m",
    "\u202egnp.exe",
    "first\n\n# a heading\n\n    <b>code</b>",
    "$$x$$ `code` **bold** &lt;b&gt; &amp;amp;",
)
