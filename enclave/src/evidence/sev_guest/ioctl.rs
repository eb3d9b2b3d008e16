//! The one system call of this crate that the compiler cannot check: a request to `/dev/sev-guest`.
//!
//! Layouts are those of the kernel's `include/uapi/linux/sev-guest.h`.

// The only exception in this crate to the workspace's rule.
#![allow(unsafe_code)]

use super::{Command, Failure, Guest, Request, RESPONSE_BYTES};
use rustix::ioctl::{ioctl, opcode, Opcode, Updater};
use std::fs::File;

/// `SNP_GUEST_REQ_IOC_TYPE`
const TYPE: u8 = b'S';
const GET_REPORT: Opcode = opcode::read_write::<GuestRequest>(TYPE, 0);
const GET_EXT_REPORT: Opcode = opcode::read_write::<GuestRequest>(TYPE, 2);
/// The only version of messages.
const MESSAGE_VERSION: u8 = 1;

/// `struct snp_guest_request_ioctl`
#[repr(C)]
struct GuestRequest {
	msg_version: u8,
	padding: [u8; 7],
	req_data: u64,
	resp_data: u64,
	exit_info: u64,
}

/// `struct snp_ext_report_req`, which begins with a `struct snp_report_req`.
#[repr(C)]
struct ExtReportRequest {
	report: [u8; 96],
	certs_address: u64,
	certs_len: u32,
	padding: u32,
}

/// Address of memory, for the kernel.
fn address<T>(pointer: *mut T) -> u64 {
	// No address is longer than 64 bits.
	pointer.expose_provenance() as u64
}

impl Guest for File {
	fn send(
		&self,
		command: Command,
		request: &mut Request,
		response: &mut [u8; RESPONSE_BYTES],
		certificates: &mut [u8],
	) -> Result<(), Failure> {
		let mut body = ExtReportRequest {
			report: request.report,
			certs_address: address(certificates.as_mut_ptr()),
			// Never more than the buffer holds: the kernel writes as much as is said here.
			certs_len: request.certs_len.min(u32::try_from(certificates.len()).unwrap_or(u32::MAX)),
			padding: 0,
		};
		let mut message = GuestRequest {
			msg_version: MESSAGE_VERSION,
			padding: [0; 7],
			req_data: address(&raw mut body),
			resp_data: address(response.as_mut_ptr()),
			exit_info: 0,
		};
		// SAFETY: both requests take a pointer to a `GuestRequest`, of the size that the opcode carries. The kernel reads
		// 96 (`GET_REPORT`) or 112 bytes (`GET_EXT_REPORT`) at `req_data`, where `body` has 112, and writes at most: the
		// message; `certs_len` within `body`; 4000 bytes at `resp_data`, which is what `response` has; `certs_len` bytes at
		// `certs_address`, which is no more than `certificates` has. All of these are borrowed mutably, or owned, until
		// the call is over, no other reference to them is used meanwhile, and any bytes are valid for their types. On a
		// file that is not this device the kernel or its driver refuses the opcode, or knows another meaning of 'S', 0 or
		// 2 with the same size; which file it is, is the operator's say, as with every path of a device.
		let result = unsafe {
			match command {
				Command::Report => ioctl(self, Updater::<GET_REPORT, _>::new(&mut message)),
				Command::ExtReport => ioctl(self, Updater::<GET_EXT_REPORT, _>::new(&mut message)),
			}
		};
		request.certs_len = body.certs_len;
		result.map_err(|error| Failure { error: error.into(), exit_info: message.exit_info })
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::mem::{offset_of, size_of};

	#[test]
	fn layouts_and_opcodes_should_be_the_kernels() {
		assert_eq!(size_of::<GuestRequest>(), 32);
		assert_eq!(offset_of!(GuestRequest, req_data), 8);
		assert_eq!(offset_of!(GuestRequest, resp_data), 16);
		assert_eq!(offset_of!(GuestRequest, exit_info), 24);
		assert_eq!(size_of::<ExtReportRequest>(), 112);
		assert_eq!(offset_of!(ExtReportRequest, certs_address), 96);
		assert_eq!(offset_of!(ExtReportRequest, certs_len), 104);
		// _IOWR('S', 0 and 2, 32 bytes)
		assert_eq!((GET_REPORT, GET_EXT_REPORT), (0xc020_5300, 0xc020_5302));
	}

	#[test]
	fn a_file_that_is_no_device_should_refuse() {
		let file = tempfile::tempfile().unwrap();
		let mut request = Request { report: [0; 96], certs_len: u32::MAX };
		for command in [Command::Report, Command::ExtReport] {
			let failure = file
				.send(command, &mut request, &mut [0; RESPONSE_BYTES], &mut [0; 8])
				.unwrap_err();
			assert_eq!(failure.error.raw_os_error(), Some(25), "ENOTTY");
			assert_eq!((failure.exit_info, request.certs_len), (0, 8));
		}
	}
}
