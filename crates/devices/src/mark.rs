//! The product's mark: two rivers that meet, drawn as five strokes in a square of 480.

/// One stroke: a cubic curve.
pub struct Stroke {
    /// Beginning, two control points and end, x before y.
    pub points: [(i32, i32); 4],
    /// Its width.
    pub width: i32,
}

/// The side of the square.
pub const SIDE: i32 = 480;

/// The strokes.
pub const STROKES: [Stroke; 5] = [
    Stroke { points: [(80, 70), (90, 160), (140, 210), (230, 250)], width: 46 },
    Stroke { points: [(155, 65), (163, 125), (195, 165), (250, 195)], width: 22 },
    Stroke { points: [(400, 70), (390, 160), (340, 210), (250, 250)], width: 46 },
    Stroke { points: [(325, 65), (317, 125), (285, 165), (230, 195)], width: 22 },
    Stroke { points: [(240, 250), (240, 300), (240, 360), (240, 410)], width: 50 },
];
