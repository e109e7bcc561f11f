//! Makes everything random in a thread come from a seed.
//!
//! A simulation must take the same course whenever it is run with the same seed. The shop takes time and ids from its
//! surroundings, but its libraries use randomness of their own: the order in which a `HashMap` is walked (and so the order of
//! fields in a request of the AWS SDK), and jitter. The standard library has no seed for the former. It asks the C library's
//! `getrandom` once per thread, so this crate defines that function: threads that have a seed get bytes made from it, and
//! all others get the system's, as ever.
//!
//! Source for the idea: madsim, which does the same. Works on Linux. Elsewhere the standard library asks differently: a
//! simulation runs there, but is not repeatable; [`WORKS`] says so.

#[cfg(target_os = "linux")]
use std::ffi::{c_uint, c_void};
use std::{cell::Cell, io, thread::Builder};

/// Whether threads are really seeded on this system.
pub const WORKS: bool = cfg!(target_os = "linux");

thread_local! {
    static STATE: Cell<Option<u64>> = const { Cell::new(None) };
}

/// Runs `work` in a new thread, in which everything random comes from `seed`, and gives back what it returns.
///
/// # Errors
/// The system has no thread to give.
///
/// # Panics
/// When `work` does.
pub fn run<T: Send + 'static>(seed: u64, work: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    // A new thread, because the standard library asks once per thread. The stack is as deep as a main thread's.
    let thread = Builder::new().name(format!("seed {seed}")).stack_size(8 << 20).spawn(move || {
        STATE.set(Some(seed));
        fastrand::seed(seed);
        // So that the linker cannot leave the function out.
        std::hint::black_box(getrandom as *const ());
        work()
    })?;
    Ok(thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
}

/// The next 64 bits from `state`, and the state after.
///
/// Source: SplitMix64, as in Java's `SplittableRandom` (Steele, Lea, Flood 2014).
fn next(state: u64) -> (u64, u64) {
    let state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31), state)
}

/// The C library's function of that name, for the whole program.
///
/// Source: getrandom(2).
///
/// # Safety
/// As the system's: `buffer` has room for `length` bytes.
#[cfg(target_os = "linux")]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getrandom(buffer: *mut c_void, length: usize, flags: c_uint) -> isize {
    let Some(mut state) = STATE.get() else {
        // SAFETY: the caller's buffer has room for `length` bytes.
        return unsafe { libc::syscall(libc::SYS_getrandom, buffer, length, flags) } as isize;
    };
    for offset in (0..length).step_by(8) {
        let (random, after) = next(state);
        state = after;
        let count = (length - offset).min(8);
        // SAFETY: `offset + count <= length`, for which the caller's buffer has room.
        unsafe { buffer.cast::<u8>().add(offset).copy_from_nonoverlapping(random.to_ne_bytes().as_ptr(), count) };
    }
    STATE.set(Some(state));
    length as isize
}

#[cfg(not(target_os = "linux"))]
fn getrandom() {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::collections::HashSet;

    fn order_of_a_set() -> Vec<u32> {
        let set: HashSet<u32> = (0..100).collect();
        set.into_iter().collect()
    }

    #[test]
    fn the_order_of_a_hash_set_comes_from_the_seed() {
        let order = |seed| super::run(seed, || (order_of_a_set(), fastrand::u64(..))).unwrap();
        assert_eq!(order(1), order(1));
        assert_ne!(order(1).0, order(2).0);
        assert_ne!(order(1).1, order(2).1);
    }

    #[test]
    fn other_threads_are_as_random_as_ever() {
        let other = || std::thread::spawn(order_of_a_set).join().unwrap();
        assert_ne!(other(), other());
    }

    #[test]
    fn every_byte_is_written() {
        let bytes = super::run(3, || {
            let mut bytes = [0_u8; 37];
            // SAFETY: the buffer has that length.
            let written = unsafe { super::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
            assert_eq!(written, 37);
            bytes
        });
        assert!(bytes.unwrap().windows(4).all(|window| window != [0; 4]));
    }
}
