//! Builds the blob as that of the runtime is built; with `SKIP_WASM_BUILD` there is none.

fn main() {
	#[cfg(feature = "std")]
	substrate_wasm_builder::WasmBuilder::init_with_defaults()
		// It is no runtime.
		.disable_runtime_version_section_check()
		.build();
}
