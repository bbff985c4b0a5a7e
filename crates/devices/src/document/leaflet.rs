//! 业务须知 and 车管所地址和电话 to take along: headings with what stands below them.

use super::{Block, Builder, Document, DocumentKind, Printing};

/// What a leaflet says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaflet {
    /// Its name, such as 业务须知.
    pub title: String,
    /// Below its name, such as the version of the text.
    pub subtitle: String,
    /// Its parts.
    pub sections: Vec<LeafletSection>,
}

/// A heading with its paragraphs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafletSection {
    /// The heading.
    pub heading: String,
    /// The paragraphs.
    pub paragraphs: Vec<String>,
}

impl Leaflet {
    /// The leaflet.
    #[must_use]
    pub fn to_document(&self, printing: &Printing) -> Document {
        let mut builder = Builder::new(DocumentKind::Leaflet, &self.title, &self.subtitle);
        for section in &self.sections {
            builder.separator();
            builder.blocks.push(Block::Place { text: section.heading.clone() });
            for paragraph in &section.paragraphs {
                builder.note(paragraph.clone());
            }
        }
        builder.finish(printing)
    }
}
