"""HTML becomes text that reads as the letter looked."""

import pytest

from consultant.intake.markup import text_of_html


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a<br>b", "a\nb"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a</div><div>b</div>", "a\nb"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("a\n   b &lt;c&gt; &amp;&nbsp;d &eacute; &#233; &#xe9;", "a b <c> & d é é é"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<style>p {}</style><script>x()</script><title>t</title>a", "a"),
        ("a<!-- hidden -->b<!-- never closed", "ab"),
        ('<blockquote type="cite">old</blockquote>new', "> old\nnew"),
        ('<blockquote style="margin-left: 40px">indented</blockquote>', "indented"),
        ('<blockquote cite="x">a<blockquote cite="y">b</blockquote></blockquote>', "> a\n> > b"),
        ("a<hr>b", "a\n________________________________\nb"),
        ('<a title="a > b" href="https://x.example">link</a>', "link"),
        ("if a < b and c > d", "if a < b and c > d"),
        ("1 <2", "1 <2"),
        ("<p", ""),
        ("a &#99999999999999999999; b", "a &#99999999999999999999; b"),
        ("", ""),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert text_of_html(markup) == text
