use super::*;

/// What every way to look says of a path, as text.
fn looks(path: &Path) -> Vec<String> {
    let text = |error: Error| format!("{error}: {}", error.source);
    [
        read_if_there(path).map(drop).map_err(text),
        read_secret_if_there(path).map(drop).map_err(text),
        exists(path).map(drop).map_err(text),
        is_dir(path).map(drop).map_err(text),
        list(path).map(drop).map_err(text),
    ]
    .map(|looked| looked.err().unwrap_or_default())
    .to_vec()
}

#[test]
fn what_is_not_there_is_not_there() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("file"), b"").unwrap();
    for path in ["a", "a/b", "file/c"] {
        let path = dir.path().join(path);
        assert_eq!(looks(&path), [""; 5]);
        assert!(!exists(&path).unwrap() && !is_dir(&path).unwrap() && read_if_there(&path).unwrap().is_none());
    }
}

#[test]
fn a_secret_is_read_into_one_buffer() {
    let dir = tempfile::tempdir().unwrap();
    for length in [0, 1, 31, 32, 33, 241, 5000] {
        let (path, bytes) = (dir.path().join("key"), vec![7; length]);
        fs::write(&path, &bytes).unwrap();
        let read = read_secret_if_there(&path).unwrap().unwrap();
        assert_eq!(read.expose(), bytes);
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_not_taken_for_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let link = dir.path().join("link");
    std::os::unix::fs::symlink("/gone/keys", &link).unwrap();
    for path in [link.clone(), link.join("a"), link.join("a/b")] {
        let told = format!("could not follow the link `{}`: it leads to `/gone/keys`, which is not there", link.display());
        assert_eq!(looks(&path), vec![told; 5]);
        assert!(make_dir(&path).unwrap_err().to_string().contains("follow the link"));
        assert!(claim(&path).is_err());
    }
    assert!(link.symlink_metadata().unwrap().is_symlink());
}

#[cfg(unix)]
#[test]
fn what_cannot_be_looked_at_is_not_taken_for_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    // Nobody can look behind a link to itself.
    let link = dir.path().join("link");
    std::os::unix::fs::symlink(&link, &link).unwrap();
    let mut paths = vec![link];
    // root can look everywhere else.
    let closed = dir.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o600)).unwrap();
    if fs::metadata(closed.join(".")).is_err() {
        paths.push(closed.join("a"));
        paths.push(closed.join("a/b"));
    }
    for path in paths {
        let told = looks(&path);
        assert!(told.iter().all(|told| told.contains(&format!("`{}`: ", path.display()))), "{told:?}");
        assert!(try_writing(&path).is_err());
    }
}
