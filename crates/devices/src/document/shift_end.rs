//! 交班单: everything that was taken in a shift is counted against what the centre has received.

use super::{Builder, Document, DocumentKind, Printing, wording};
use yuyue_domain::ids::DeviceId;
use yuyue_domain::time::Timestamp;

/// What a 交班单 says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShiftEnd {
    /// The device.
    pub device: DeviceId,
    /// When the shift began.
    pub from: Timestamp,
    /// When it ended.
    pub until: Timestamp,
    /// How many commands the device took.
    pub taken: u32,
    /// How many of them the centre has received.
    pub received: u32,
    /// The device's numbers of those that it has not received.
    pub missing: Vec<u64>,
}

impl ShiftEnd {
    /// Whether nothing that was taken is still on the way.
    #[must_use]
    pub fn is_balanced(&self) -> bool {
        self.taken == self.received && self.missing.is_empty()
    }

    /// The slip.
    #[must_use]
    pub fn to_document(&self, printing: &Printing) -> Document {
        let subtitle = format!("{} · {}", printing.office, printing.place);
        let mut builder = Builder::new(DocumentKind::ShiftEnd, "交班单", &subtitle);
        builder.notice(if self.is_balanced() { "全部送达" } else { "还没有全部送达" });
        builder.mark_reprint(printing);
        builder.separator();
        builder.row("设备", self.device.to_string());
        builder.row("开始", wording::stamp(self.from));
        builder.row("结束", wording::stamp(self.until));
        builder.strong_row("本班登记", format!("{} 件", self.taken));
        builder.strong_row("中心收到", format!("{} 件", self.received));
        builder.strong_row("尚未收到", format!("{} 件", self.missing.len()));
        if !self.missing.is_empty() {
            builder.row("未到编号", ranges(&self.missing));
        }
        builder.separator();
        builder.note(if self.is_balanced() {
            "登记数与中心收到数一致，可以交班。"
        } else {
            "未到的办理仍保存在本机，线路恢复后自动送交。请下一班的人接着核对，确认送达以前不要停用本机。"
        });
        builder.finish(printing)
    }
}

/// 45–47、52: numbers in ascending order, neighbours joined.
fn ranges(numbers: &[u64]) -> String {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    sorted
        .chunk_by(|before, after| before + 1 == *after)
        .map(|run| match run {
            [first, .., last] => format!("{first}–{last}"),
            _ => run.first().map(u64::to_string).unwrap_or_default(),
        })
        .collect::<Vec<_>>()
        .join("、")
}
