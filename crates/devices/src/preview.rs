//! The preview for the window: the laid-out pages as SVG. Characters are outlines, so that it looks like the print on
//! every machine; each line says its text to screen readers.

use crate::document::DocumentKind;
use crate::error::DocumentError;
use crate::layout::{Item, LaidOut, Line, Page, Um};
use crate::mark::{SIDE, STROKES, Stroke};
use crate::qr::{DarkRun, QrMatrix};
use crate::typeface::{STRONG_STROKE, Typeface, UNITS_PER_EM};
use serde::Serialize;
use std::fmt::{self, Write};

/// What the window shows of a document.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Preview {
    /// Which document.
    pub kind: DocumentKind,
    /// Its name.
    pub title: String,
    /// Its pages.
    pub pages: Vec<PreviewPage>,
    /// Characters that the typeface has not; they stand as 〓.
    pub replaced: Vec<String>,
}

/// A page.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct PreviewPage {
    /// The width of the paper in micrometres.
    pub width_um: Um,
    /// The height of the paper in micrometres.
    pub height_um: Um,
    /// A whole `<svg>` element without styles, scripts or references.
    pub svg: String,
}

impl fmt::Debug for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Preview({:?}, {} pages, redacted)", self.kind, self.pages.len())
    }
}

impl fmt::Debug for PreviewPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PreviewPage({} × {} µm, redacted)", self.width_um, self.height_um)
    }
}

impl LaidOut {
    /// The pages as SVG.
    ///
    /// # Errors
    /// [`DocumentError::Typeface`] when the program is damaged.
    pub fn to_preview(&self) -> Result<Preview, DocumentError> {
        let face = Typeface::new()?;
        let page = |page: &Page| PreviewPage {
            width_um: page.width,
            height_um: page.height,
            svg: svg(&face, &self.title, page),
        };
        Ok(Preview {
            kind: self.kind,
            title: self.title.clone(),
            pages: self.pages.iter().map(page).collect(),
            replaced: self.replaced.iter().map(char::to_string).collect(),
        })
    }
}

fn svg(face: &Typeface, title: &str, page: &Page) -> String {
    let Page { width, height, items } = page;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"group\" aria-label=\"{}\">\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>",
        escape(title)
    );
    for item in items {
        match item {
            Item::Line(line) => push_line(&mut out, face, line),
            Item::Rule { x, y, width } => push(
                &mut out,
                format_args!(
                    "<path d=\"M{x} {y}h{width}\" stroke=\"#000\" stroke-width=\"200\" stroke-dasharray=\"900 700\"/>"
                ),
            ),
            Item::Frame { x, y, width, height } => push(
                &mut out,
                format_args!(
                    "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"none\" stroke=\"#000\" \
                     stroke-width=\"300\"/>"
                ),
            ),
            Item::Mark { x, y, size } => push_mark(&mut out, *x, *y, *size),
            Item::Qr { x, y, size, caption, matrix, .. } => push_qr(&mut out, (*x, *y, *size), caption, matrix),
        }
    }
    out.push_str("</svg>");
    out
}

fn push(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    let _ = out.write_fmt(text);
}

fn push_line(out: &mut String, face: &Typeface, line: &Line) {
    let Line { x, baseline, size, text, .. } = line;
    // A size in micrometres over 1000 units per em is a scale with three decimals.
    let scale = format!("{}.{:03}", size / UNITS_PER_EM, size % UNITS_PER_EM);
    let strong = if line.strong {
        format!(" stroke=\"#000\" stroke-width=\"{STRONG_STROKE}\" stroke-linejoin=\"round\"")
    } else {
        String::new()
    };
    push(
        out,
        format_args!(
            "<path role=\"img\" aria-label=\"{}\" transform=\"translate({x} {baseline}) scale({scale} -{scale})\"{strong} \
             d=\"{}\"/>",
            escape(text),
            face.outline(text)
        ),
    );
}

fn push_mark(out: &mut String, x: Um, y: Um, size: Um) {
    push(
        out,
        format_args!(
            "<svg x=\"{x}\" y=\"{y}\" width=\"{size}\" height=\"{size}\" viewBox=\"0 0 {SIDE} {SIDE}\" fill=\"none\" \
             stroke=\"#000\" stroke-linecap=\"round\" aria-hidden=\"true\">"
        ),
    );
    for Stroke { points: [(x, y), (x1, y1), (x2, y2), (x3, y3)], width } in STROKES {
        push(out, format_args!("<path d=\"M{x} {y}C{x1} {y1} {x2} {y2} {x3} {y3}\" stroke-width=\"{width}\"/>"));
    }
    out.push_str("</svg>");
}

fn push_qr(out: &mut String, (x, y, size): (Um, Um, Um), caption: &str, matrix: &QrMatrix) {
    let modules = matrix.modules;
    push(
        out,
        format_args!(
            "<svg x=\"{x}\" y=\"{y}\" width=\"{size}\" height=\"{size}\" viewBox=\"0 0 {modules} {modules}\" role=\"img\" \
             aria-label=\"{}\"><path shape-rendering=\"crispEdges\" d=\"",
            escape(caption)
        ),
    );
    for run in &matrix.runs {
        let DarkRun { column, row, length } = run;
        push(out, format_args!("M{column} {row}h{length}v1h-{length}z"));
    }
    out.push_str("\"/></svg>");
}

/// Text for an attribute.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
