"""Lines of a picture: columns that stand below one another, words that flow."""

from rich.text import Text

from edgeproof.cli.columns import aligned, flowed


def test_aligned_columns_are_as_wide_as_their_widest_cell() -> None:
    lines = aligned([["a", "1"], ["bbb", "22"]], 40, right=(1,))
    assert [line.plain for line in lines] == ["a    1", "bbb 22"]


def test_aligned_filling_takes_what_the_others_leave() -> None:
    rooms: list[int] = []

    def filling(room: int) -> Text:
        rooms.append(room)
        return Text("x" * 99)

    [line] = aligned([["ab", filling, "cd"]], 20)
    assert rooms == [14]
    assert line.plain == f"ab {'x' * 14} cd"


def test_flowed_segments_keep_their_own_styles_and_are_not_broken() -> None:
    first, second = flowed([Text("one", "red"), Text("two"), Text("three", "green")], 9)
    assert (first.plain, second.plain) == ("one  two", "three")
    assert (first.style, [span.style for span in first.spans]) == ("", ["red"])
