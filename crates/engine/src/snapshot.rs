//! A session's state as bytes: magic, version, Program's hash, seed, step, then every kept
//! tensor's values row-major in the Program's order, and a SHA-256 of all of it at the end.

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::memory;

const MAGIC: &[u8; 8] = b"FEEDALGN";
const VERSION: u32 = 1;
const HASH: usize = 32;
/// Magic, version, Program's hash, seed, step.
const HEADER: usize = 8 + 4 + HASH + 8 + 8;

pub struct State {
    pub seed: u64,
    pub step: u64,
    /// Names and values, in the Program's order.
    pub tensors: Vec<(String, Vec<f32>)>,
}

pub fn encode(program_hash: &[u8; HASH], state: &State) -> Result<Vec<u8>> {
    let values: usize = state.tensors.iter().map(|(_, values)| values.len()).sum();
    let mut bytes = memory::room(HEADER + 4 * values + HASH)?;
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(program_hash);
    bytes.extend_from_slice(&state.seed.to_le_bytes());
    bytes.extend_from_slice(&state.step.to_le_bytes());
    for (_, values) in &state.tensors {
        values.iter().for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
    }
    let hash = Sha256::digest(&bytes);
    bytes.extend_from_slice(&hash);
    Ok(bytes)
}

/// `sizes` are the names and lengths of the Program's kept tensors.
pub fn decode(program_hash: &[u8; HASH], sizes: &[(&str, usize)], bytes: &[u8]) -> Result<State> {
    let damaged = |what: &str| Error::new(format!("the snapshot is damaged: {what}"));
    if bytes.len() < HEADER + HASH {
        return Err(damaged(&format!("{} bytes are too few", bytes.len())));
    }
    let (body, hash) = bytes.split_at(bytes.len() - HASH);
    if &body[..8] != MAGIC {
        return Err(Error::new("this is no snapshot of feedalign"));
    }
    let version = u32::from_le_bytes(array(&body[8..12]));
    if version != VERSION {
        return Err(Error::new(format!("the snapshot has version {version}, expected {VERSION}")));
    }
    if Sha256::digest(body).as_slice() != hash {
        return Err(damaged("its checksum does not fit"));
    }
    if &body[12..12 + HASH] != program_hash {
        return Err(Error::new("the snapshot is of another network, rule or setting"));
    }
    let expected = HEADER + 4 * sizes.iter().map(|(_, len)| len).sum::<usize>();
    if body.len() != expected {
        return Err(damaged(&format!("{} bytes, expected {expected}", body.len())));
    }
    let number = |at: usize| u64::from_le_bytes(array(&body[at..at + 8]));
    let (seed, step) = (number(12 + HASH), number(20 + HASH));
    let mut values = body[HEADER..].chunks_exact(4).map(|word| f32::from_le_bytes(array(word)));
    let tensors = sizes.iter().map(|(name, len)| {
        let mut held = memory::room(*len)?;
        held.extend(values.by_ref().take(*len));
        Ok(((*name).to_owned(), held))
    });
    Ok(State { seed, step, tensors: tensors.collect::<Result<_>>()? })
}

/// The bytes of a slice whose length is known.
fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(bytes);
    array
}
