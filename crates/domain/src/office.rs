//! The branch offices (车管所 / 分所) of the guide, and the other ways to book that it names.

use crate::ids::OfficeId;
use crate::policy::{ContentError, PolicyError, parse};
use serde::{Deserialize, Serialize};

/// A branch office with what people need to reach it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct Office {
    /// The centre's number.
    pub id: OfficeId,
    /// The name, such as 渝中车管所.
    pub name: String,
    /// 区县
    pub district: String,
    /// The telephone number as the guide prints it.
    pub telephone: String,
    /// The address as the guide prints it.
    pub address: String,
}

/// All offices in one version, with the ways to book that are no office.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(specta::Type))]
pub struct OfficeList {
    /// Counts up with every change.
    pub version: u32,
    /// The public service line (公益服务专用电话) as the guide prints it.
    pub service_line: String,
    /// The name of the national platform.
    pub platform: String,
    /// The offices in the order of the guide.
    pub offices: Vec<Office>,
}

impl OfficeList {
    /// Reads the list from TOML; `name` only serves the error.
    ///
    /// # Errors
    /// [`PolicyError::Invalid`] with file, line and key when it cannot be read, has an unknown key, an empty text or
    /// one office twice.
    pub fn parse(name: &str, text: &str) -> Result<Self, PolicyError> {
        parse::read_checked(name, text, Self::check)
    }

    /// Checks that every office can be told from the others and reached. Reading TOML does this already; a list that
    /// came as JSON is checked with this before it is used.
    ///
    /// # Errors
    /// The key and what is wrong with it.
    pub fn check(&self) -> Result<(), ContentError> {
        let invalid = |key: String, problem: &str| Err(ContentError { key, problem: problem.to_owned() });
        for (key, text) in [("service_line", &self.service_line), ("platform", &self.platform)] {
            if text.trim().is_empty() {
                return invalid(key.to_owned(), "must not be empty");
            }
        }
        if self.offices.is_empty() {
            return invalid("offices".to_owned(), "must name at least one office");
        }
        for (index, office) in self.offices.iter().enumerate() {
            let texts = [
                ("name", &office.name),
                ("district", &office.district),
                ("telephone", &office.telephone),
                ("address", &office.address),
            ];
            if let Some((key, _)) = texts.iter().find(|(_, text)| text.trim().is_empty()) {
                return invalid(format!("offices.{index}.{key}"), "must not be empty");
            }
            let before = &self.offices[..index];
            if before.iter().any(|other| other.id == office.id) {
                return invalid(format!("offices.{index}.id"), "is another office's");
            }
            if before.iter().any(|other| other.name == office.name) {
                return invalid(format!("offices.{index}.name"), "is another office's");
            }
        }
        Ok(())
    }

    /// The office with this number, if there is one.
    #[must_use]
    pub fn find(&self, id: OfficeId) -> Option<&Office> {
        self.offices.iter().find(|office| office.id == id)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test may panic")]

    use super::*;
    use crate::seed;
    use proptest::prelude::*;

    const ONE: &str = "version = 1\nservice_line = \"1\"\nplatform = \"p\"\n\n[[offices]]\nid = 1\nname = \"n\"\n\
                       district = \"d\"\ntelephone = \"t\"\naddress = \"a\"\n";

    fn problem(text: &str) -> (usize, String) {
        match OfficeList::parse("offices.toml", text) {
            Err(PolicyError::Invalid { file, line, key, .. }) => {
                assert_eq!(file, "offices.toml", "the error names the file");
                (line, key)
            }
            other => panic!("the text must be refused, not {other:?}"),
        }
    }

    #[test]
    fn the_seed_has_the_fifteen_windows_of_the_guide() {
        let list = seed::offices().unwrap();
        let names: Vec<_> = list.offices.iter().map(|office| office.name.as_str()).collect();
        let guide = [
            "渝中车管所",
            "大渡口车管所",
            "沙坪坝车管所",
            "九龙坡车管所",
            "渝北车管所",
            "南岸车管所",
            "北碚车管所",
            "车管所一分所",
            "车管所三分所",
            "两江新区车管所",
            "江北车管所",
            "巴南车管所",
            "车管所四分所",
            "车管所五分所",
            "车管所九分所",
        ];
        assert_eq!(names, guide, "names and order are the guide's");
        assert_eq!(list.service_line, "(023)68688823", "the public service line is the guide's");
        assert_eq!(list.platform, "互联网交通安全综合服务管理平台", "the platform is the guide's");
    }

    #[test]
    fn telephone_and_address_stand_as_the_guide_prints_them() {
        let list = seed::offices().unwrap();
        let reach = |id| list.find(OfficeId(id)).map(|office| (office.telephone.as_str(), office.address.as_str()));
        assert_eq!(
            reach(2),
            Some(("023-65367247", "大渡口区建桥工业园c区石林大道15号")),
            "the small letter of the guide is kept"
        );
        assert_eq!(
            reach(12),
            Some(("023-66239938", "南彭街道的东盟国际物流园A区(重庆公路物流基地)")),
            "the half-width brackets of the guide are kept"
        );
        assert_eq!(reach(16), None, "the guide has no sixteenth office");
    }

    #[test]
    fn an_office_number_that_stands_twice_is_refused_with_its_line() {
        let second = ONE.split_once("\n\n").unwrap().1.replace("\"n\"", "\"m\"");
        assert_eq!(problem(&format!("{ONE}\n{second}")), (13, "offices.1.id".to_owned()), "the second id is wrong");
    }

    #[test]
    fn an_empty_address_is_refused_with_its_line() {
        assert_eq!(problem(&ONE.replace("\"a\"", "\" \"")), (10, "offices.0.address".to_owned()), "blank is empty");
    }

    #[test]
    fn a_misspelt_key_is_refused_with_its_line() {
        let text = format!("{ONE}fax = \"f\"\n");
        assert_eq!(problem(&text), (11, "offices.0.fax".to_owned()), "an unknown key has no effect and is refused");
    }

    #[test]
    fn a_value_of_the_wrong_kind_is_refused_with_its_line() {
        assert_eq!(problem(&ONE.replace("id = 1", "id = \"1\"")), (6, "offices.0.id".to_owned()), "an id is a number");
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_panic(text in any::<String>(), cut in 0..ONE.len(), inserted in any::<char>()) {
            let _arbitrary = OfficeList::parse("any", &text);
            let changed = format!("{}{inserted}{}", &ONE[..cut], &ONE[cut..]);
            let _nearly_right = OfficeList::parse("changed", &changed);
            let _cut_off = OfficeList::parse("cut", &ONE[..cut]);
        }
    }
}
