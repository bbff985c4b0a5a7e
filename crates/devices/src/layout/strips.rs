//! Turning each block into strips: pieces of the page's full width that are never divided.

use super::measures::Measures;
use super::wrap::wrap;
use super::{Item, Line, Um};
use crate::document::Block;
use crate::error::DocumentError;
use crate::qr::QrMatrix;
use crate::typeface::Typeface;

/// A piece of the page; the places of its items count from its top.
pub struct Strip {
    /// Its height.
    pub height: Um,
    /// What is in it.
    pub items: Vec<Item>,
}

/// How a text is set.
#[derive(Clone, Copy)]
struct Style {
    size: Um,
    strong: bool,
    align: Align,
    is_title: bool,
}

#[derive(Clone, Copy)]
enum Align {
    Left,
    Centre,
    Right,
}

/// A column of the page.
#[derive(Clone, Copy)]
struct Column {
    x: Um,
    width: Um,
}

/// Sets one block after another.
pub struct Setter<'a> {
    /// The typeface.
    pub face: &'a Typeface,
    /// The measures of the paper.
    pub measures: &'a Measures,
    /// Characters that the typeface has not.
    pub replaced: &'a mut Vec<char>,
    /// What was set so far.
    pub strips: Vec<Strip>,
}

impl Setter<'_> {
    /// Sets a block; `index` counts the blocks of the document.
    pub fn set(&mut self, index: usize, block: &Block) -> Result<(), DocumentError> {
        let m = self.measures;
        let centre = |size, strong| Style { size, strong, align: Align::Centre, is_title: false };
        match block {
            Block::Mark => {
                let x = (m.page_width - m.mark) / 2;
                self.strips.push(Strip { height: m.mark, items: vec![Item::Mark { x, y: 0, size: m.mark }] });
            }
            Block::Title { text } => {
                self.set_text(index, text, Style { is_title: true, ..centre(m.title, true) });
            }
            Block::Subtitle { text } | Block::Foot { text } => self.set_text(index, text, centre(m.small, false)),
            Block::Notice { text } => self.set_notice(index, text, centre(m.notice, true)),
            Block::Separator => self.set_separator(),
            Block::Headline { text } => self.set_text(index, text, centre(m.headline, true)),
            Block::Place { text } => self.set_text(index, text, centre(m.place, true)),
            Block::Row { label, value, strong } => self.set_row(index, label, value, *strong),
            Block::Detail { text } => {
                let style = Style { size: m.small, strong: false, align: Align::Right, is_title: false };
                self.set_text(index, text, style);
            }
            Block::Note { text } => {
                self.space(m.gap / 4);
                self.set_text(index, text, Style { size: m.body, strong: false, align: Align::Left, is_title: false });
            }
            Block::Qr { text, caption } => self.set_qr(index, text, caption)?,
        }
        Ok(())
    }

    fn space(&mut self, height: Um) {
        self.strips.push(Strip { height, items: Vec::new() });
    }

    fn content(&self) -> Column {
        Column { x: self.measures.margin_x, width: self.measures.content_width() }
    }

    fn printable(&mut self, text: &str) -> String {
        self.face.printable(text, self.replaced)
    }

    fn set_text(&mut self, index: usize, text: &str, style: Style) {
        let text = self.printable(text);
        let column = self.content();
        for text in wrap(self.face, &text, style.size, column.width) {
            let line = self.line(index, text, column, style);
            self.strips.push(Strip { height: line.height, items: vec![Item::Line(line)] });
        }
    }

    fn set_separator(&mut self) {
        let Column { x, width } = self.content();
        let gap = self.measures.gap;
        self.strips.push(Strip { height: 2 * gap, items: vec![Item::Rule { x, y: gap, width }] });
    }

    /// A frame as wide as the page with the text in its middle.
    fn set_notice(&mut self, index: usize, text: &str, style: Style) {
        let text = self.printable(text);
        let gap = self.measures.gap;
        let outer = self.content();
        let inner = Column { x: outer.x + gap, width: outer.width - 2 * gap };
        let mut y = gap;
        let mut lines = Vec::new();
        for text in wrap(self.face, &text, style.size, inner.width) {
            let line = self.line(index, text, inner, style);
            let height = line.height;
            lines.push(Item::Line(line).moved_down(y));
            y += height;
        }
        let frame = Item::Frame { x: outer.x, y: gap / 2, width: outer.width, height: y };
        lines.insert(0, frame);
        self.strips.push(Strip { height: y + gap, items: lines });
    }

    /// The label on the left, the value on the right; where both do not fit into one line, the value takes as many lines
    /// as it needs in its own column, or below the label when that column would be narrower than half the page.
    fn set_row(&mut self, index: usize, label: &str, value: &str, strong: bool) {
        let (label, value) = (self.printable(label), self.printable(value));
        let size = self.measures.body;
        let page = self.content();
        let label_style = Style { size, strong: false, align: Align::Left, is_title: false };
        let value_style = Style { size, strong, align: Align::Right, is_title: false };
        let taken = self.face.width(&label, size) + self.measures.gap;
        let beside = Column { x: page.x + taken, width: page.width - taken };
        if beside.width < page.width / 2 {
            self.push_lines(index, wrap(self.face, &label, size, page.width), page, label_style);
            self.push_lines(index, wrap(self.face, &value, size, page.width), page, value_style);
            return;
        }
        let label = self.line(index, label, page, label_style);
        let mut lines = wrap(self.face, &value, size, beside.width).into_iter();
        let mut items = vec![Item::Line(label.clone())];
        items.extend(lines.next().map(|first| Item::Line(self.line(index, first, beside, value_style))));
        self.strips.push(Strip { height: label.height, items });
        self.push_lines(index, lines.collect(), beside, value_style);
    }

    fn push_lines(&mut self, index: usize, lines: Vec<String>, column: Column, style: Style) {
        for text in lines {
            let line = self.line(index, text, column, style);
            self.strips.push(Strip { height: line.height, items: vec![Item::Line(line)] });
        }
    }

    fn set_qr(&mut self, index: usize, text: &str, caption: &str) -> Result<(), DocumentError> {
        let matrix = QrMatrix::new(text)?;
        let caption = self.printable(caption);
        let (size, width) = (self.measures.qr, self.measures.page_width);
        let item = Item::Qr { x: (width - size) / 2, y: 0, size, caption: caption.clone(), matrix, block: index };
        self.strips.push(Strip { height: size, items: vec![item] });
        let style = Style { size: self.measures.small, strong: false, align: Align::Centre, is_title: false };
        self.set_text(index, &caption, style);
        Ok(())
    }

    fn line(&self, block: usize, text: String, column: Column, style: Style) -> Line {
        let Style { size, strong, align, is_title } = style;
        let width = self.face.width(&text, size);
        let free = (column.width - width).max(0);
        let x = column.x
            + match align {
                Align::Left => 0,
                Align::Centre => free / 2,
                Align::Right => free,
            };
        let height = size * 3 / 2;
        // Chinese characters reach from 0.88 above to 0.12 below the line on which they stand.
        let baseline = (height - size) / 2 + size * 88 / 100;
        Line { x, top: 0, baseline, width, height, size, strong, text, block, is_title }
    }
}
