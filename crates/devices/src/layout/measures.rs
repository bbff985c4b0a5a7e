//! The measures of each paper, taken from the design's slip (330 px = 80 mm).

use super::{Item, Page, Paper, TypeSize, Um};

/// All lengths that setting needs.
pub struct Measures {
    /// The width of the page.
    pub page_width: Um,
    /// The height that a page has at most.
    pub page_height_max: Um,
    /// Whether the page ends where its content does.
    pub is_roll: bool,
    /// Left and right.
    pub margin_x: Um,
    /// Above and below.
    pub margin_y: Um,
    /// Between label and value, and around separators.
    pub gap: Um,
    /// Type of rows and notes.
    pub body: Um,
    /// Type of subtitles and last lines.
    pub small: Um,
    /// Type of the site.
    pub place: Um,
    /// Type of the title.
    pub title: Um,
    /// Type of day and time.
    pub headline: Um,
    /// Type of notices.
    pub notice: Um,
    /// The product's mark.
    pub mark: Um,
    /// QR codes with their quiet zone.
    pub qr: Um,
}

impl Measures {
    /// The measures of a paper.
    pub fn of(paper: Paper, size: TypeSize) -> Self {
        // A roll is cut after two metres at the latest: that is far beyond any slip, and what drivers accept.
        let (page_width, page_height_max, margin_x, margin_y, percent) = match paper {
            Paper::Thermal80 => (80_000, 2_000_000, 4_000, 4_000, 100),
            Paper::A5 => (148_000, 210_000, 22_000, 10_000, 100),
            Paper::A4 => (210_000, 297_000, 34_000, 16_000, 140),
        };
        let type_percent = match size {
            TypeSize::Normal => percent,
            TypeSize::Large => percent * 14 / 10,
        };
        let of_type = |um: Um| um * type_percent / 100;
        Self {
            page_width,
            page_height_max,
            is_roll: paper == Paper::Thermal80,
            margin_x,
            margin_y,
            gap: 2_400 * percent / 100,
            body: of_type(3_200),
            small: of_type(2_900),
            place: of_type(3_900),
            title: of_type(4_600),
            headline: of_type(6_000),
            notice: of_type(3_900),
            mark: 7_200 * percent / 100,
            qr: 30_000 * percent / 100,
        }
    }

    /// The width between the margins.
    pub fn content_width(&self) -> Um {
        self.page_width - 2 * self.margin_x
    }

    /// A page whose content ends at `content_end`.
    pub fn page(&self, items: Vec<Item>, content_end: Um) -> Page {
        let height = if self.is_roll { content_end + self.margin_y } else { self.page_height_max };
        Page { width: self.page_width, height, items }
    }
}
