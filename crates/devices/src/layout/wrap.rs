//! Breaking a text into lines where Chinese and Latin text may break (UAX 14).

use super::Um;
use crate::typeface::Typeface;
use unicode_linebreak::linebreaks;

/// The lines of a printable text, each at most `width` wide, without blanks at their ends. A word that is wider than a
/// line is broken between any two characters.
pub fn wrap(face: &Typeface, text: &str, size: Um, width: Um) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut start = 0;
    for (end, _) in linebreaks(text) {
        let piece = &text[start..end];
        start = end;
        if face.width(format!("{line}{piece}").trim_end(), size) <= width {
            line.push_str(piece);
            continue;
        }
        push_line(&mut lines, &mut line);
        for character in piece.chars() {
            if !line.is_empty() && face.width(format!("{line}{character}").trim_end(), size) > width {
                push_line(&mut lines, &mut line);
            }
            line.push(character);
        }
    }
    push_line(&mut lines, &mut line);
    lines
}

fn push_line(lines: &mut Vec<String>, line: &mut String) {
    let text = line.trim();
    if !text.is_empty() {
        lines.push(text.to_owned());
    }
    line.clear();
}
