# Two commands: `make demo` and `make test`. Both do their own set-up (tools/setup) and are safe to run again.
.PHONY: demo test build setup-demo setup-test format clean
.DEFAULT_GOAL := build

setup-demo:
	@tools/setup demo native

setup-test:
	@tools/setup test native

build: setup-demo
	@cmake --preset release -DPANDUAN_BUILD_TESTS=OFF >build-configure.log 2>&1 || (tail -20 build-configure.log; exit 1)
	@rm -f build-configure.log
	@cmake --build --preset release --target panduan

demo: build
	@tools/demo build/release/bin/panduan

test: setup-test
	@tools/run-tests

format:
	@tools/format

clean:
	rm -rf build
