//! Reading Rust source just far enough to tell code from comments and texts.

/// The same text with comments, string and character literals blanked, so that a search finds only code.
pub fn code_only(source: &str) -> String {
    let chars: Vec<char> = source.chars().collect();
    let mut code = String::with_capacity(source.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match chars[at..] {
            ['/', '/', ..] => line_end(&chars, at),
            ['/', '*', ..] => comment_end(&chars, at),
            ['"', ..] => string_end(&chars, at + 1),
            ['r', '"' | '#', ..] if !follows_word(&chars, at) => raw_end(&chars, at),
            ['\'', '\\', ..] => quote_end(&chars, at + 3),
            ['\'', _, '\'', ..] => at + 3,
            _ => {
                code.push(chars[at]);
                at += 1;
                continue;
            }
        };
        let end = end.min(chars.len());
        code.extend(chars[at..end].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
        at = end;
    }
    code
}

/// The part of a source file before its tests.
pub fn before_tests(source: &str) -> &str {
    source.find("\n#[cfg(test)]\nmod ").map_or(source, |at| &source[..at])
}

/// The words of a `snake_case`, `camelCase` or `kebab-case` name, in lower case.
pub fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_upper = true;
    for c in name.chars() {
        let starts_word = !c.is_alphanumeric() || (c.is_uppercase() && !was_upper);
        if starts_word {
            words.push(String::new());
        }
        if c.is_alphanumeric() {
            words.last_mut().unwrap().extend(c.to_lowercase());
        }
        was_upper = c.is_uppercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

fn line_end(chars: &[char], at: usize) -> usize {
    chars[at..].iter().position(|c| *c == '\n').map_or(chars.len(), |length| at + length)
}

fn comment_end(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < chars.len() {
        match chars[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn string_end(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

fn quote_end(chars: &[char], at: usize) -> usize {
    (at..chars.len()).find(|at| chars[*at] == '\'').map_or(chars.len(), |at| at + 1)
}

fn follows_word(chars: &[char], at: usize) -> bool {
    // The `b` of a raw byte string and the `c` of a raw C string belong to the literal.
    at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_') && !matches!(chars[at - 1], 'b' | 'c')
}

fn raw_end(chars: &[char], at: usize) -> usize {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    let open = at + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return at + 1; // A raw identifier such as r#type.
    }
    let is_end = |start: usize| chars[start] == '"' && (1..=hashes).all(|n| chars.get(start + n) == Some(&'#'));
    (open + 1..chars.len()).find(|start| is_end(*start)).map_or(chars.len(), |start| start + 1 + hashes)
}

#[test]
fn only_code_is_left_of_a_source() {
    let source = r##"let a = "x /* y"; // why
        /* one /* two */ one */ let b: &'static str = r#"z " z"#; let c = '"'; let d = '\n';"##;
    let code: Vec<String> = code_only(source).split_whitespace().map(str::to_owned).collect();
    let expected = "let a = ; let b: &'static str = ; let c = ; let d = ;";
    assert_eq!(code.join(" "), expected, "comments and literals are blanked, lifetimes stay");
}

#[test]
fn names_fall_into_words() {
    assert_eq!(words("SessionRow"), ["session", "row"], "camel case");
    assert_eq!(words("find_by_id"), ["find", "by", "id"], "snake case");
    assert_eq!(words("HTTPClient"), ["httpclient"], "a run of capitals stays together");
}
