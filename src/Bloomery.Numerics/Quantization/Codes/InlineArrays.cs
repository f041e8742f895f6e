using System.Runtime.CompilerServices;

namespace Bloomery.Numerics.Quantization;

// Fixed-length runs inside block structs; each converts to a span of exactly its length.

[InlineArray(4)]
internal struct Array4<T> where T : unmanaged { private T _first; }

[InlineArray(8)]
internal struct Array8<T> where T : unmanaged { private T _first; }

[InlineArray(12)]
internal struct Array12<T> where T : unmanaged { private T _first; }

[InlineArray(16)]
internal struct Array16<T> where T : unmanaged { private T _first; }

[InlineArray(32)]
internal struct Array32<T> where T : unmanaged { private T _first; }

[InlineArray(48)]
internal struct Array48<T> where T : unmanaged { private T _first; }

[InlineArray(64)]
internal struct Array64<T> where T : unmanaged { private T _first; }

[InlineArray(128)]
internal struct Array128<T> where T : unmanaged { private T _first; }
