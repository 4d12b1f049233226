"""The picture of the sizes is SVG that shows each pipeline where it belongs."""

from xml.etree import ElementTree

from plot import Point, draw

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
