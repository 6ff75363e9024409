"""Numbers glued to the lines they number."""

from consultant.codes.extraction import extract


def codes(text: str) -> list[str]:
    return [one.code for one in extract(text).mentions]


def test_the_items_of_a_numbered_list_are_read() -> None:
    assert codes("1.99213\n2.20610\n3.E11.9") == ["99213", "20610", "E11.9"]
    assert codes("> 1.J1885\n> 2.20610") == ["J1885", "20610"]
    assert codes("1)99213 2)20610") == ["99213", "20610"]


def test_a_factor_is_no_item() -> None:
    assert codes("1.99213 is the factor") == []
    assert codes("3.14159\n4.20610") == []
    assert codes("10.1.99213") == []


def test_items_follow_one_another() -> None:
    assert codes("1.99213\n3.20610\n2.J1885") == ["99213", "J1885"]
