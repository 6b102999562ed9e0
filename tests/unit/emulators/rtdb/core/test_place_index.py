from __future__ import annotations

from emulators.rtdb.core.place_index import PlaceIndex


def test_a_path_touches_what_is_at_above_and_below_it() -> None:
    index: PlaceIndex[str] = PlaceIndex()
    for path in ((), ("a",), ("a", "b"), ("a", "b", "c"), ("a", "x"), ("y",)):
        index.add(path, "/".join(path))
    touched = [item for _, items in index.touched_by(("a", "b")) for item in items]
    assert touched == ["", "a", "a/b", "a/b/c"]
    assert [path for path, _ in index.touched_by(("a", "b", "q", "r"))] == [
        (),
        ("a",),
        ("a", "b"),
    ]


def test_removed_items_leave_no_places() -> None:
    index: PlaceIndex[str] = PlaceIndex()
    index.add(("a", "b", "c"), "deep")
    index.add(("a",), "kept")
    index.remove(("a", "b", "c"), "deep")
    index.remove(("no", "such"), "thing")
    assert list(index.touched_by(())) == [(("a",), ["kept"])]
    assert not index._root.children["a"].children
