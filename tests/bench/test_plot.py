"""The picture of the sizes is SVG that shows each pipeline where it belongs."""

from xml.etree import ElementTree

from plot import Box, Point, draw, place_labels

SVG = "{http://www.w3.org/2000/svg}"


def test_faster_is_to_the_right_and_better_is_above(tmp_path):
    points = [
        Point("slow & good", 500, 70.0, 160, "#111111"),
        Point("fast", 30_000, 62.5, 9, "#222222"),
    ]
    draw(points, tmp_path / "sizes.svg", "sizes")
    root = ElementTree.parse(tmp_path / "sizes.svg").getroot()
    slow, fast = (
        {k: float(c.get(k)) for k in ("cx", "cy", "r")} for c in root.iter(f"{SVG}circle")
    )
    assert slow["cx"] < fast["cx"] and slow["cy"] < fast["cy"] and slow["r"] > fast["r"]
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert "slow & good" in texts and "F1 62.5, 30,000 words/s, 9 MB" in texts


def test_labels_stand_where_they_hide_least():
    (alone,) = place_labels([(400, 200, 10)], [100])
    assert alone == Box(350, 210, 450, 250)
    # The second circle is below the first, whose label goes above.
    first, second = place_labels([(400, 200, 10), (400, 225, 10)], [100, 100])
    assert first == Box(350, 150, 450, 190) and second == Box(350, 235, 450, 275)
    # Side by side, they would be one line.
    boxes = place_labels([(400, 200, 10), (440, 200, 10)], [100, 100])
    assert not boxes[0].shared_with(boxes[1])


def test_labels_stay_off_the_numbers():
    boxes = [place_labels([(x, y, 10)], [100])[0] for x, y in ((75, 200), (755, 200), (400, 315))]
    assert boxes[0].left == 70 and boxes[1].right < 760
    # Below would be on the numbers of the speed.
    assert boxes[2].bottom == 305
