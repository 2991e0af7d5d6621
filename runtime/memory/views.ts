/**
 * Views of a whole memory. They end where the memory ended when they were made, and one of unshared memory becomes empty
 * as the memory grows: take them anew after whatever may allocate. Taking one is cheap; it is made once per growth.
 */
export interface MemoryViews {
  readonly u8: () => Uint8Array;
  readonly u16: () => Uint16Array;
  readonly u32: () => Uint32Array;
  readonly i32: () => Int32Array;
  readonly i64: () => BigInt64Array;
  readonly f32: () => Float32Array;
  readonly f64: () => Float64Array;
  readonly view: () => DataView;
}

export function memoryViews(memory: WebAssembly.Memory): MemoryViews {
  const latest = <View>(make: (buffer: ArrayBufferLike) => View): (() => View) => {
    let buffer: ArrayBufferLike = memory.buffer;
    let view = make(buffer);
    return () => {
      // The host makes a new buffer object whenever the memory has grown, in whatever thread.
      if (memory.buffer !== buffer) {
        buffer = memory.buffer;
        view = make(buffer);
      }
      return view;
    };
  };
  return {
    u8: latest((buffer) => new Uint8Array(buffer)),
    u16: latest((buffer) => new Uint16Array(buffer)),
    u32: latest((buffer) => new Uint32Array(buffer)),
    i32: latest((buffer) => new Int32Array(buffer)),
    i64: latest((buffer) => new BigInt64Array(buffer)),
    f32: latest((buffer) => new Float32Array(buffer)),
    f64: latest((buffer) => new Float64Array(buffer)),
    view: latest((buffer) => new DataView(buffer)),
  };
}
