//! A search for what somebody has left behind, in files and in the memory of running programs, as whoever comes after the
//! person would do it with a debugger.

use std::fs::{self, File};
use std::io::{self, BufRead};
use std::ops::AddAssign;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// So much is read at a time.
const CHUNK_BYTES: usize = 4 << 20;
/// The size of a page of memory.
const PAGE_BYTES: usize = 4096;
/// How much is told of a page of memory.
const ENTRY_BYTES: usize = 8;
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

/// What a search of memory came to.
#[derive(Debug, Default)]
pub struct Search {
    /// Where the words stand, each place with its program, and in which writing.
    pub found: Vec<String>,
    /// Pages of memory that were read.
    pub read: usize,
    /// Pages that are there and could not be read: what stands in them is not known.
    pub unread: usize,
}

impl AddAssign for Search {
    fn add_assign(&mut self, other: Self) {
        self.found.extend(other.found);
        self.read += other.read;
        self.unread += other.unread;
    }
}

/// Looks for words in the memory of a process.
pub fn find_in_memory(process: &Path, words: &[&str]) -> Search {
    let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
    let maps = fs::read_to_string(process.join("maps")).unwrap_or_default();
    let mut search = Search::default();
    // A process that has ended has no memory.
    if maps.is_empty() {
        return search;
    }
    let open =
        |name| File::open(process.join(name)).expect("whoever runs the tests may look into what they have started");
    let (memory, pages) = (open("mem"), open("pagemap"));
    let sought: Vec<(&str, &str, Vec<u8>)> = words.iter().flat_map(|word| writings(word)).collect();
    for line in maps.lines() {
        let mut fields = line.split_whitespace();
        let (Some(range), Some(rights), place) = (fields.next(), fields.next(), fields.nth(3)) else { continue };
        // What is only read, and has a name, comes from a file: programs, libraries and fonts.
        let is_file = !rights.starts_with("rw") && place.is_some();
        if !rights.starts_with('r') || is_file || place.is_some_and(|place| place.starts_with("/dev/dri")) {
            continue;
        }
        let (start, end) = range.split_once('-').unwrap();
        let (start, end) = (u64::from_str_radix(start, 16).unwrap(), u64::from_str_radix(end, 16).unwrap());
        let mapping = Mapping { memory: &memory, pages: &pages, start, end };
        for (word, writing, address) in mapping.find(&sought, &mut search) {
            let place = place.unwrap_or("without a name");
            search.found.push(format!("{}: {word} as {writing} at {address:x}, {place}", name.trim()));
        }
    }
    search
}

/// A word as programs keep it: in UTF-8, and in the UTF-16 of a web engine.
fn writings(word: &str) -> [(&str, &'static str, Vec<u8>); 2] {
    let wide = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [(word, "UTF-8", word.as_bytes().to_vec()), (word, "UTF-16", wide)]
}

/// A part of the memory of a process.
struct Mapping<'a> {
    memory: &'a File,
    pages: &'a File,
    start: u64,
    end: u64,
}

impl Mapping<'_> {
    fn find<'a>(&self, sought: &[(&'a str, &'a str, Vec<u8>)], search: &mut Search) -> Vec<(&'a str, &'a str, u64)> {
        let (mut found, mut at) = (Vec::new(), self.start);
        let mut chunk = vec![0; CHUNK_BYTES];
        while at < self.end {
            let wanted = usize::try_from(self.end - at).unwrap().min(CHUNK_BYTES);
            // A program reserves far more than it uses.
            if self.used(at, wanted) > 0 {
                let is_there = |at| self.used(at, PAGE_BYTES) > 0;
                let (read, unread) =
                    read(&mut chunk[..wanted], at, |page, at| self.memory.read_exact_at(page, at), is_there);
                (search.read, search.unread) = (search.read + read, search.unread + unread);
                for (word, writing, bytes) in sought {
                    let places = places_of(bytes, &chunk[..wanted]);
                    found.extend(places.into_iter().map(|place| (*word, *writing, at + place as u64)));
                }
            }
            // A word that lies across the end of a chunk is found in the next one, which begins a page before.
            at = if at + wanted as u64 == self.end { self.end } else { at + (wanted - PAGE_BYTES) as u64 };
        }
        found
    }

    /// How many pages of a part are used; none of one that has gone.
    fn used(&self, at: u64, bytes: usize) -> usize {
        let mut entries = vec![0; bytes.div_ceil(PAGE_BYTES) * ENTRY_BYTES];
        let first = at / PAGE_BYTES as u64 * ENTRY_BYTES as u64;
        match self.pages.read_exact_at(&mut entries, first) {
            Ok(()) => entries.chunks_exact(ENTRY_BYTES).filter(|entry| entry[ENTRY_BYTES - 1] & IS_THERE != 0).count(),
            Err(_) => 0,
        }
    }
}

/// Reads a part of the memory: whole, or page by page when that fails, with nothing in the place of pages that cannot be
/// read. Answers how many were read, and how many were not although they are there: a mapping may go while we look at it.
fn read(
    chunk: &mut [u8],
    at: u64,
    read_at: impl Fn(&mut [u8], u64) -> io::Result<()>,
    is_there: impl Fn(u64) -> bool,
) -> (usize, usize) {
    if read_at(chunk, at).is_ok() {
        return (chunk.len() / PAGE_BYTES, 0);
    }
    let (mut read, mut unread) = (0, 0);
    for (at, page) in (at..).step_by(PAGE_BYTES).zip(chunk.chunks_mut(PAGE_BYTES)) {
        if read_at(page, at).is_ok() {
            read += 1;
        } else {
            page.fill(0);
            unread += usize::from(is_there(at));
        }
    }
    (read, unread)
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
    use super::{CHUNK_BYTES, PAGE_BYTES, find_in_files, find_in_memory, places_of, read};
    use std::fs;
    use std::hint::black_box;
    use std::io;
    use std::path::Path;

    #[test]
    fn a_word_in_the_memory_of_a_process_is_found_in_both_writings_and_one_that_is_not_there_is_not() {
        // Neither stands in the program itself: it is put together when it runs.
        let word = ["a word ", "that is only here ", &std::process::id().to_string()].concat();
        let wide: Vec<u16> = word.encode_utf16().collect();
        let search = find_in_memory(Path::new("/proc/self"), &[&word]);
        black_box(&wide);
        assert!(search.found.iter().any(|place| place.contains("UTF-8")), "as it is: {search:?}");
        assert!(search.found.iter().any(|place| place.contains("UTF-16")), "and as a web engine keeps it: {search:?}");
        assert!(search.read > 0, "what was read is counted: {search:?}");
        assert_eq!(search.unread, 0, "and nothing was passed over");
    }

    #[test]
    fn a_page_that_cannot_be_read_hides_no_other_page_and_is_counted_while_it_is_there() {
        let page = PAGE_BYTES as u64;
        // The second page and the fourth cannot be read, and the fourth has gone meanwhile.
        let memory = |part: &mut [u8], at: u64| {
            if (at..at + part.len() as u64).step_by(PAGE_BYTES).any(|at| at == page || at == 3 * page) {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            part.fill(u8::try_from(at / page).unwrap() + 1);
            Ok(())
        };
        let mut chunk = vec![9; CHUNK_BYTES.min(5 * PAGE_BYTES)];
        let counted = read(&mut chunk, 0, memory, |at| at == page);
        let first: Vec<u8> = chunk.iter().step_by(PAGE_BYTES).copied().collect();
        assert_eq!(first, [1, 0, 3, 0, 5], "the others are read, and nothing old stands in the place of those two");
        assert_eq!(counted, (3, 1), "three were read; one is there, and what stands in it is not known");
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
