using System.Runtime.Intrinsics;

namespace Bloomery.Conformance;

/// <summary>
/// When the suite runs with capped instruction sets, <c>BLOOMERY_EXPECT_SIMD</c> says what the cap should leave, so that a cap without effect is noticed.
/// </summary>
public class SimdExpectation
{
    [SkippableFact]
    public void TheCapHasItsEffect()
    {
        string? expected = Environment.GetEnvironmentVariable("BLOOMERY_EXPECT_SIMD");
        Skip.If(string.IsNullOrEmpty(expected), "BLOOMERY_EXPECT_SIMD is not set: instruction sets are not capped");
        string found = Vector512.IsHardwareAccelerated ? "avx512" : Vector256.IsHardwareAccelerated ? "avx2" : Vector128.IsHardwareAccelerated
            ? "vector128" : "none";
        string[] order = ["none", "vector128", "avx2", "avx512"];
        Assert.Contains(expected, order);
        Skip.If(Array.IndexOf(order, found) < Array.IndexOf(order, expected), $"this processor has {found} at most, not {expected}");
        Assert.Equal(expected, found);
    }
}
