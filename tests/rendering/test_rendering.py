"""The room that fills in templates and renders letters."""

from datetime import date
from pathlib import Path

import pytest

from consultant.rendering import (
    Renderer,
    TemplateBrokenError,
    TemplateMissingError,
    TemplatesMissingError,
    TemplateUnsafeError,
    TemplateValueMissingError,
    listed,
    markdown_to_html,
    spelled_day,
    templates_folder,
)


def _folder(tmp_path: Path, **templates: str) -> Path:
    for name, text in templates.items():
        (tmp_path / f"{name}.j2").write_text(text, encoding="utf-8")
    return tmp_path


def test_plain_text_is_filled_in_without_escaping(tmp_path: Path) -> None:
    renderer = Renderer(_folder(tmp_path, plain="\nA {{ word }} letter.\n"))
    assert renderer.text("plain.j2", word="<short> & true") == "A <short> & true letter."


def test_html_escapes_what_it_is_given(tmp_path: Path) -> None:
    renderer = Renderer(_folder(tmp_path, page="<p>{{ word }}</p>"))
    assert renderer.html("page.j2", word="<script>") == "<p>&lt;script&gt;</p>"


def test_a_template_that_speaks_of_something_it_was_not_given_is_named_with_it(tmp_path: Path) -> None:
    renderer = Renderer(_folder(tmp_path, outer="{% include 'inner.j2' %}", inner="one\n{{ nobody }}"))
    with pytest.raises(TemplateValueMissingError) as caught:
        renderer.text("outer.j2")
    assert "inner.j2, line 2" in str(caught.value)
    assert "'nobody' is undefined" in str(caught.value)


def test_a_template_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateMissingError, match=r"gone\.j2"):
        Renderer(tmp_path).text("gone.j2")


def test_a_template_that_cannot_be_read_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(TemplateBrokenError, match=r"broken\.j2.*line 2"):
        Renderer(_folder(tmp_path, broken="fine\n{% if %}")).text("broken.j2")


def test_a_folder_that_does_not_exist_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(TemplatesMissingError, match="nowhere"):
        Renderer(tmp_path / "nowhere")


def test_a_template_cannot_reach_into_python(tmp_path: Path) -> None:
    renderer = Renderer(_folder(tmp_path, sly="{{ word.__class__.__mro__ }}"))
    with pytest.raises(TemplateUnsafeError, match=r"sly\.j2"):
        renderer.text("sly.j2", word="x")


def test_the_templates_of_the_checkout_are_found() -> None:
    assert (templates_folder() / "mail" / "layout.html.j2").is_file()


def test_html_in_a_letter_is_shown_as_text() -> None:
    assert markdown_to_html("<script>alert(1)</script> **bold**") == (
        "<p>&lt;script&gt;alert(1)&lt;/script&gt; <strong>bold</strong></p>\n"
    )


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "/tickets/1", "//evil.example/x", "tickets", "file:///etc/x"]
)
def test_only_absolute_web_and_mail_links_stay_links(address: str) -> None:
    assert "href" not in markdown_to_html(f"[here]({address})")


@pytest.mark.parametrize("address", ["https://example.org/a?b=1", "http://127.0.0.1:8080/t/1", "mailto:a@example.org"])
def test_absolute_web_and_mail_links_stay(address: str) -> None:
    assert f'href="{address}"' in markdown_to_html(f"[here]({address})")


def test_an_image_becomes_its_caption_and_nothing_is_fetched() -> None:
    rendered = markdown_to_html('![the <scan>](https://example.org/x.png "t")')
    assert rendered == "<p>the &lt;scan&gt;</p>\n"


def test_tables_and_lists_are_kept() -> None:
    rendered = markdown_to_html("| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n")
    assert "<table>" in rendered
    assert "<li>one</li>" in rendered


def test_a_letter_is_laid_out_in_the_one_layout_without_remote_content() -> None:
    page = Renderer(templates_folder()).letter_html("Short answer\n------------\n\nYes.", 'Re: <"x">')
    assert page.startswith("<!DOCTYPE html>")
    assert "<h2>Short answer</h2>" in page
    assert "Re: &lt;&#34;x&#34;&gt;" in page
    assert "prefers-color-scheme: dark" in page
    assert not any(fetching in page for fetching in ("<img", "<link", "<script", "url(", "@import", "http"))


def test_days_and_lists_are_written_as_american_letters_write_them() -> None:
    assert spelled_day(date(2026, 11, 3)) == "November 3, 2026"
    assert [listed(words) for words in ((), ("A",), ("A", "B"), ("A", "B", "C"))] == ["", "A", "A and B", "A, B and C"]
    assert listed(("A", "B"), "or") == "A or B"
