//! A search for what somebody has left behind, in files and in the memory of running programs, as whoever comes after the
//! person would do it with a debugger.

use std::fs::{self, File};
use std::io::{BufRead, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// So much is read at a time.
const CHUNK_BYTES: usize = 4 << 20;
/// The size of a page of memory.
const PAGE_BYTES: u64 = 4096;
/// The bits of the last byte of a page's entry that say that the page is in memory, or swapped out.
const IS_THERE: u8 = 0b1100_0000;

/// The files below a folder in which one of the words stands.
pub fn find_in_files(folder: &Path, words: &[&str]) -> Vec<PathBuf> {
    let sought: Vec<_> = words.iter().flat_map(|word| writings(word)).collect();
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        // A file, and a folder, may go while we look at it.
        for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(bytes) = fs::read(&path)
                && sought.iter().any(|(_, _, word)| !places_of(word, &bytes).is_empty())
            {
                found.push(path);
            }
        }
    }
    found
}

/// Where in the memory of a process one of the words stands, and in which writing.
pub fn find_in_memory(process: &Path, words: &[&str]) -> Vec<String> {
    let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
    let maps = fs::read_to_string(process.join("maps")).unwrap_or_default();
    // A process that has ended has no memory.
    if maps.is_empty() {
        return Vec::new();
    }
    let open =
        |name| File::open(process.join(name)).expect("whoever runs the tests may look into what they have started");
    let (mut memory, mut pages) = (open("mem"), open("pagemap"));
    let sought: Vec<(&str, &str, Vec<u8>)> = words.iter().flat_map(|word| writings(word)).collect();
    let mut found = Vec::new();
    for line in maps.lines() {
        let mut fields = line.split_whitespace();
        let (Some(range), Some(rights), place) = (fields.next(), fields.next(), fields.nth(3)) else { continue };
        // What is only read comes from a file: programs, libraries and fonts.
        if !rights.starts_with("rw") || place.is_some_and(|place| place.starts_with("/dev/dri")) {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let (start, end) = (u64::from_str_radix(start, 16).unwrap(), u64::from_str_radix(end, 16).unwrap());
        for (word, writing, address) in search((&mut memory, &mut pages), start, end, &sought) {
            let place = place.unwrap_or("without a name");
            found.push(format!("{}: {word} as {writing} at {address:x}, {place}", name.trim()));
        }
    }
    found
}

/// A word as programs keep it: in UTF-8, and in the UTF-16 of a web engine.
fn writings(word: &str) -> [(&str, &'static str, Vec<u8>); 2] {
    let wide = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [(word, "UTF-8", word.as_bytes().to_vec()), (word, "UTF-16", wide)]
}

fn search<'a>(
    (memory, pages): (&mut File, &mut File),
    start: u64,
    end: u64,
    sought: &[(&'a str, &'a str, Vec<u8>)],
) -> Vec<(&'a str, &'a str, u64)> {
    let (mut found, mut at) = (Vec::new(), start);
    let mut chunk = vec![0; CHUNK_BYTES];
    while at < end {
        let wanted = usize::try_from(end - at).unwrap().min(CHUNK_BYTES);
        // A program reserves far more than it uses; and a mapping may go while we look at it.
        let is_read = is_used(pages, at, wanted)
            && memory.seek(SeekFrom::Start(at)).is_ok()
            && memory.read_exact(&mut chunk[..wanted]).is_ok();
        for (word, writing, bytes) in sought.iter().filter(|_| is_read) {
            let places = places_of(bytes, &chunk[..wanted]);
            found.extend(places.into_iter().map(|place| (*word, *writing, at + place as u64)));
        }
        // A word that lies across the end of a chunk is found in the next one, which begins a page before.
        at = if at + wanted as u64 == end { end } else { at + wanted as u64 - PAGE_BYTES };
    }
    found
}

/// Whether any page of a part of the memory is used.
fn is_used(pages: &mut File, at: u64, bytes: usize) -> bool {
    let mut entries = vec![0; bytes.div_ceil(4096) * 8];
    pages.seek(SeekFrom::Start(at / PAGE_BYTES * 8)).is_ok()
        && pages.read_exact(&mut entries).is_ok()
        && entries.chunks_exact(8).any(|entry| entry[7] & IS_THERE != 0)
}

/// Every place of `bytes` in `chunk`.
fn places_of(bytes: &[u8], chunk: &[u8]) -> Vec<usize> {
    let (mut places, mut rest) = (Vec::new(), chunk);
    // The standard library is fast at finding one byte, also where tests are built without optimisation.
    while rest.skip_until(bytes[0]).is_ok_and(|skipped| skipped > 0) {
        let place = chunk.len() - rest.len() - 1;
        if chunk[place..].starts_with(bytes) {
            places.push(place);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::{find_in_files, find_in_memory, places_of};
    use std::fs;
    use std::hint::black_box;
    use std::path::Path;

    #[test]
    fn a_word_in_the_memory_of_a_process_is_found_in_both_writings_and_one_that_is_not_there_is_not() {
        // Neither stands in the program itself: it is put together when it runs.
        let word = ["a word ", "that is only here ", &std::process::id().to_string()].concat();
        let wide: Vec<u16> = word.encode_utf16().collect();
        let found = find_in_memory(Path::new("/proc/self"), &[&word]);
        black_box(&wide);
        assert!(found.iter().any(|place| place.contains("UTF-8")), "as it is: {found:?}");
        assert!(found.iter().any(|place| place.contains("UTF-16")), "and as a web engine keeps it: {found:?}");
    }

    #[test]
    fn a_word_in_a_file_of_a_folder_in_a_folder_is_found_in_both_writings() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let wide: Vec<u8> = "姓名".encode_utf16().flat_map(u16::to_le_bytes).collect();
        fs::write(inner.join("wide"), wide).unwrap();
        fs::write(folder.path().join("plain"), "a 姓名 b").unwrap();
        fs::write(folder.path().join("other"), "姓").unwrap();
        let mut found = find_in_files(folder.path(), &["姓名"]);
        found.sort();
        assert_eq!(found, [inner.join("wide"), folder.path().join("plain")], "these two, and not the third");
    }

    #[test]
    fn every_place_is_found_also_the_last() {
        assert_eq!(places_of(b"aab", b"aaab aab"), [1, 5], "also behind a beginning that was none");
        assert_eq!(places_of(b"aab", b"aa"), [0; 0], "and not what is cut off");
    }
}
