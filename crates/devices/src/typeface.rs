//! The one typeface of all documents: how wide a text is, how its characters look, and which ones it has not.
//!
//! There is one weight; bold is the same outline with a stroke of [`STRONG_STROKE`], in PDF and preview alike.

use crate::error::DocumentError;
use crate::layout::Um;
use std::fmt::Write;
use ttf_parser::{Face, GlyphId, OutlineBuilder};

/// The font file, compiled in; `assets/fonts/README.md` says how it was made.
pub const FONT: &[u8] = include_bytes!("../../../assets/fonts/NotoSansCJKsc-Regular.otf");

/// Printers' sign for a character that the typeface has not (U+3013).
pub const REPLACEMENT: char = '〓';

/// Width of the stroke that makes a text bold, in thousandths of its size.
pub const STRONG_STROKE: i32 = 34;

/// Units of the font in one size.
pub const UNITS_PER_EM: i32 = 1000;

/// A glyph in its place.
pub struct PlacedGlyph {
    /// Its number in the font.
    pub id: GlyphId,
    /// The bytes of the text that it shows.
    pub bytes: std::ops::Range<usize>,
    /// Where it begins, in font units from the beginning of the text.
    pub x: i32,
    /// Its width in font units.
    pub advance: i32,
}

/// The typeface, ready to measure.
pub struct Typeface {
    face: Face<'static>,
}

impl Typeface {
    /// Reads the compiled font.
    ///
    /// # Errors
    /// [`DocumentError::Typeface`] when the program is damaged.
    pub fn new() -> Result<Self, DocumentError> {
        let face = Face::parse(FONT, 0).map_err(|_| DocumentError::Typeface)?;
        if i32::from(face.units_per_em()) == UNITS_PER_EM { Ok(Self { face }) } else { Err(DocumentError::Typeface) }
    }

    /// Whether it has a character.
    pub fn has(&self, character: char) -> bool {
        self.face.glyph_index(character).is_some()
    }

    /// The text as it can be printed: blanks of every kind become one kind, invisible selectors vanish, and a character
    /// that the typeface has not becomes [`REPLACEMENT`] and is added to `replaced` once.
    pub fn printable(&self, text: &str, replaced: &mut Vec<char>) -> String {
        let mut printable = String::with_capacity(text.len());
        for character in text.chars() {
            if character.is_whitespace() || character.is_control() {
                printable.push(' ');
            } else if self.has(character) {
                printable.push(character);
            } else if !is_invisible(character) {
                printable.push(REPLACEMENT);
                if !replaced.contains(&character) {
                    replaced.push(character);
                }
            }
        }
        printable
    }

    /// The width of a text in font units.
    pub fn units(&self, text: &str) -> i32 {
        self.glyphs(text).last().map_or(0, |glyph| glyph.x + glyph.advance)
    }

    /// The width of a text at a size, rounded up.
    pub fn width(&self, text: &str, size: Um) -> Um {
        (self.units(text) * size + UNITS_PER_EM - 1) / UNITS_PER_EM
    }

    /// The glyphs of a printable text from left to right.
    pub fn glyphs(&self, text: &str) -> Vec<PlacedGlyph> {
        let mut x = 0;
        let mut glyphs = Vec::new();
        for (start, character) in text.char_indices() {
            let id = self.face.glyph_index(character).unwrap_or(GlyphId(0));
            let advance = i32::from(self.face.glyph_hor_advance(id).unwrap_or_default());
            glyphs.push(PlacedGlyph { id, bytes: start..start + character.len_utf8(), x, advance });
            x += advance;
        }
        glyphs
    }

    /// The outline of a text as SVG path data in font units, upwards positive.
    pub fn outline(&self, text: &str) -> String {
        let mut path = Outline { data: String::new(), x: 0 };
        for glyph in self.glyphs(text) {
            path.x = glyph.x;
            self.face.outline_glyph(glyph.id, &mut path);
        }
        path.data
    }
}

/// Selectors of variants and joiners: they choose between shapes and have none of their own.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{180B}'..='\u{180D}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
        | '\u{E0100}'..='\u{E01EF}')
}

struct Outline {
    data: String,
    x: i32,
}

impl Outline {
    fn push(&mut self, command: char, points: &[(f32, f32)]) {
        self.data.push(command);
        for (index, (x, y)) in points.iter().enumerate() {
            #[expect(clippy::cast_possible_truncation, reason = "font units are small whole numbers")]
            let (x, y) = (x.round() as i32 + self.x, y.round() as i32);
            let gap = if index == 0 { "" } else { " " };
            // Writing to a String cannot fail.
            let _ = write!(self.data, "{gap}{x} {y}");
        }
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.push('M', &[(x, y)]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.push('L', &[(x, y)]);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.push('Q', &[(x1, y1), (x, y)]);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.push('C', &[(x1, y1), (x2, y2), (x, y)]);
    }

    fn close(&mut self) {
        self.data.push('Z');
    }
}
