//! Clerks and devices of the offices.

use crate::random::{Purpose, one_of, stream};
use yuyue_domain::application::Channel;
use yuyue_domain::identity::PersonName;
use yuyue_domain::ids::{ClerkId, DeviceId, OfficeId};
use yuyue_domain::office::Office;

/// A clerk of the training data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleClerk {
    /// The centre's number.
    pub id: ClerkId,
    /// 工号, four digits, with which the clerk signs in.
    pub staff_number: String,
    /// An obviously invented name such as 周例九.
    pub name: PersonName,
    /// Where the clerk works.
    pub office: OfficeId,
    /// The password of the training edition; a real centre never gets one from here.
    pub password: String,
}

/// A device of the training data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleDevice {
    /// The centre's number.
    pub id: DeviceId,
    /// Its code, such as YB-W03.
    pub code: String,
    /// Its name, such as 3 号窗口.
    pub name: String,
    /// Where it stands.
    pub office: OfficeId,
    /// [`Channel::Counter`] or [`Channel::Kiosk`].
    pub channel: Channel,
}

/// Letters of the offices in the codes of devices, in the order of the offices.
const CODES: [&str; 15] = ["YZ", "DD", "SP", "JL", "YB", "NA", "BB", "F1", "F3", "LJ", "JB", "BN", "F4", "F5", "F9"];
const SURNAMES: [&str; 12] = ["周", "吴", "郑", "王", "冯", "陈", "褚", "卫", "蒋", "沈", "韩", "杨"];
const DIGITS: [&str; 10] = ["一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];

/// The devices: at every office `per_office` of them, the last one of more than one a kiosk.
pub(crate) fn devices(offices: &[Office], per_office: u16) -> Vec<SampleDevice> {
    let mut devices = Vec::new();
    for (index, office) in offices.iter().enumerate() {
        for number in 1..=per_office {
            let channel = if number == per_office && per_office > 1 { Channel::Kiosk } else { Channel::Counter };
            let (letter, name) = match channel {
                Channel::Kiosk => ("Z", "自助终端".to_owned()),
                _ => ("W", format!("{number} 号窗口")),
            };
            let id = DeviceId(u32::try_from(devices.len() + 1).unwrap_or(u32::MAX));
            let code = format!("{}-{letter}{number:02}", CODES.get(index).copied().unwrap_or("YL"));
            devices.push(SampleDevice { id, code, name, office: office.id, channel });
        }
    }
    devices
}

/// The clerks: one for each counter, with staff numbers from 0301. The clerk of the counter YB-W03 is 周例九 with staff
/// number 0317.
pub(crate) fn clerks(seed: u64, devices: &[SampleDevice]) -> Result<Vec<SampleClerk>, crate::SampleError> {
    let mut rng = stream(seed, Purpose::Staff, 0);
    let mut clerks = Vec::new();
    let mut number = 300;
    for device in devices.iter().filter(|device| device.channel == Channel::Counter) {
        number += 1;
        if number == 317 {
            number += 1;
        }
        let fixed = device.code == "YB-W03";
        let drawn =
            [one_of(&mut rng, &SURNAMES), Some("例"), one_of(&mut rng, &DIGITS)].into_iter().flatten().collect();
        let name: String = if fixed { "周例九".to_owned() } else { drawn };
        let staff_number = if fixed { "0317".to_owned() } else { format!("{number:04}") };
        clerks.push(SampleClerk {
            id: ClerkId(u32::try_from(clerks.len() + 1).unwrap_or(u32::MAX)),
            password: format!("peixun-{staff_number}"),
            staff_number,
            name: crate::documents::name(&name)?,
            office: device.office,
        });
    }
    Ok(clerks)
}
