"""ICC profiles of colour spaces that files name in other ways than by a profile."""

from __future__ import annotations

from struct import pack
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Point = tuple[float, float]
Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]

D50: Vector = (0.9642, 1.0, 0.8249)
D65: Point = (0.3127, 0.3290)
BRADFORD: Matrix = (
    (0.8951, 0.2664, -0.1614),
    (-0.7502, 1.7135, 0.0367),
    (0.0389, -0.0685, 1.0296),
)
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
BT709 = ((0.640, 0.330), (0.300, 0.600), (0.150, 0.060))
PRIMARIES: Mapping[int, tuple[Point, Point, Point]] = {
    1: BT709,
    5: ((0.640, 0.330), (0.290, 0.600), (0.150, 0.060)),
    6: ((0.630, 0.340), (0.310, 0.595), (0.155, 0.070)),
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
"""Colour primaries by their number in ITU-T H.273, all with the white of D65."""
GAMMAS: Mapping[int, float] = {4: 2.2, 5: 2.8, 8: 1.0}
"""Transfer characteristics of H.273 that are a plain power; others are taken for sRGB's."""


class ColourSpace(NamedTuple):
    """A space of red, green and blue: chromaticities, and the curve from values to light.

    The curve is a gamma, or the five parameters of sRGB's form (ICC.1:2022, 10.18, type 3).
    """

    primaries: tuple[Point, Point, Point] = BT709
    white: Point = D65
    curve: Sequence[float] = SRGB_CURVE

    def profile(self) -> bytes:
        """Return the space as an ICC profile (ICC.1:2022). Raises ValueError where it is none."""
        tags = {b"wtpt": _xyz(D50)}
        for name, column in zip(b"rgb", zip(*self._to_d50(), strict=True), strict=True):
            tags[bytes([name]) + b"XYZ"] = _xyz(column)
            tags[bytes([name]) + b"TRC"] = _parametric(self.curve)
        return _written(tags)

    def _to_d50(self) -> Matrix:
        """Return the matrix from linear red, green and blue to XYZ under the white of D50."""
        white = _colour(self.white)
        columns = _transposed(tuple(_colour(point) for point in self.primaries))
        strengths = _times(_inverse(columns), white)
        to_xyz = _transposed(
            tuple(
                _scaled(column, strength)
                for column, strength in zip(_transposed(columns), strengths, strict=True)
            )
        )
        cones, wanted = _times(BRADFORD, white), _times(BRADFORD, D50)
        scale = [each / own for own, each in zip(cones, wanted, strict=True)]
        adapted = tuple(_scaled(row, by) for row, by in zip(BRADFORD, scale, strict=True))
        return _product(_inverse(BRADFORD), _product(adapted, to_xyz))


def of_code_points(primaries: int, transfer: int) -> ColourSpace | None:
    """Return the space that two numbers of H.273 name (`cICP` in PNG, `nclx` in AVIF and HEIF).

    None is sRGB, or nothing that is known.
    """
    if primaries not in PRIMARIES:
        return None
    gamma = GAMMAS.get(transfer)
    if primaries == 1 and gamma is None:
        return None
    return ColourSpace(PRIMARIES[primaries], curve=[gamma] if gamma else SRGB_CURVE)


def _colour(point: Point) -> Vector:
    x, y = point
    if y <= 0:
        raise ValueError(point)
    return (x / y, 1.0, (1 - x - y) / y)


def _scaled(row: Vector, factor: float) -> Vector:
    return tuple(each * factor for each in row)


def _times(matrix: Matrix, vector: Vector) -> Vector:
    return tuple(
        sum(each * value for each, value in zip(row, vector, strict=True)) for row in matrix
    )


def _transposed(matrix: Matrix) -> Matrix:
    return tuple(zip(*matrix, strict=True))


def _product(left: Matrix, right: Matrix) -> Matrix:
    return _transposed(tuple(_times(left, column) for column in _transposed(right)))


def _inverse(matrix: Matrix) -> Matrix:
    """Return the inverse by the rule of Cramer; raises ValueError where there is none."""
    first, second, third = matrix
    crosses = (_cross(second, third), _cross(third, first), _cross(first, second))
    determinant = sum(each * value for each, value in zip(first, crosses[0], strict=True))
    if abs(determinant) < 1e-9:
        raise ValueError(matrix)
    return _transposed(tuple(_scaled(cross, 1 / determinant) for cross in crosses))


def _cross(left: Vector, right: Vector) -> Vector:
    return (
        left[1] * right[2] - left[2] * right[1],
        left[2] * right[0] - left[0] * right[2],
        left[0] * right[1] - left[1] * right[0],
    )


def _fixed(*values: float) -> bytes:
    """Write numbers with 16 bits before and 16 behind the point; raises ValueError beyond."""
    if any(abs(value) >= 1 << 15 for value in values):
        raise ValueError(values)
    return pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _xyz(values: Vector) -> bytes:
    return b"XYZ \0\0\0\0" + _fixed(*values)


def _parametric(curve: Sequence[float]) -> bytes:
    kind = 0 if len(curve) == 1 else 3
    return b"para\0\0\0\0" + pack(">HH", kind, 0) + _fixed(*curve)


def _written(tags: Mapping[bytes, bytes]) -> bytes:
    """Write the profile of a display: header, table of tags, tags.

    Version 2, as littleCMS shifts the black point between perceptual profiles of version 4, which
    browsers don't.
    """
    offset = 128 + 4 + 12 * len(tags)
    table, content = pack(">I", len(tags)), b""
    for name, value in tags.items():
        table += name + pack(">II", offset + len(content), len(value))
        content += value
    body = table + content
    head = pack(">I4sI4s4s4s", 128 + len(body), b"", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + _fixed(*D50)
    return head.ljust(128, b"\0") + body
