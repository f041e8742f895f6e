using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Bloomery.Cli.Bench;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Options;
using Bloomery.Cli.Output;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;
using Bloomery.Numerics.Platform;

namespace Bloomery.Cli.Verbs;

/// <summary>Says what this machine offers and what was chosen of it.</summary>
[Key("system")]
internal sealed class SystemInfo : Verb
{
    private readonly Option<string?> _kernels = OptionOf.Choice("--kernels", "The kernel tier to ask for (default: the best that works)", ComputeOptions.Tiers,
        ComputeOptions.IsTier);

    /// <inheritdoc/>
    public override string Summary => "Shows processor features, the kernel tier chosen and why, cores, memory and its measured bandwidth";

    /// <inheritdoc/>
    public override string Examples => "bloomery system\nbloomery system --json";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols => [_kernels];

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        KernelChoice choice = ComputeOptions.Detect(call.Get(_kernels));
        string[] features = [.. Features().Where(feature => feature.Supported).Select(feature => feature.Name)];
        int threads = Processors.DefaultThreads;
        double bandwidth;
        using (call.Progress("Measuring memory bandwidth")) bandwidth = Bandwidth.Measure(threads);
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        if (call.WantsJson)
        {
            call.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("os", RuntimeInformation.OSDescription);
                json.WriteString("runtime", RuntimeInformation.FrameworkDescription);
                json.WriteString("architecture", RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant());
                json.WriteStartArray("features");
                foreach (string feature in features) json.WriteStringValue(feature);
                json.WriteEndArray();
                json.WriteString("kernels", choice.Kernels.Name);
                json.WriteString("kernels_reason", choice.Reason);
                json.WriteNumber("processors", Processors.Usable);
                if (Processors.PhysicalCores is { } cores) json.WriteNumber("physical_cores", cores);
                else json.WriteNull("physical_cores");
                json.WriteNumber("threads", threads);
                json.WriteNumber("memory_bytes", memory.TotalAvailableMemoryBytes);
                json.WriteNumber("bandwidth_bytes_per_s", Math.Round(bandwidth));
                json.WriteEndObject();
            });
            return 0;
        }
        string cores = Processors.PhysicalCores is { } physical ? $", {physical} cores in the machine" : "";
        (string Name, string Value)[] rows =
        [
            ("System", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, "
                + $"{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}"),
            ("Features", features.Length == 0 ? "none in use" : string.Join(' ', features)),
            ("Kernels", choice.Reason),
            ("Processors", $"{Processors.Usable} usable{cores}; {threads} threads by default"),
            ("Memory", Size.Text(memory.TotalAvailableMemoryBytes)),
            ("Bandwidth", string.Create(CultureInfo.InvariantCulture, $"{bandwidth / 1e9:0.0} GB/s read by {threads} threads")),
        ];
        TextTable.Write(call, rows.Select(row => (string[])[row.Name, row.Value]));
        return 0;
    }

    private static IEnumerable<(string Name, bool Supported)> Features() =>
    [
        ("sse4.2", Sse42.IsSupported), ("avx", Avx.IsSupported), ("avx2", Avx2.IsSupported), ("fma", Fma.IsSupported),
        ("avx-vnni", AvxVnni.IsSupported), ("avx512f", Avx512F.IsSupported), ("avx512bw", Avx512BW.IsSupported), ("avx512vbmi", Avx512Vbmi.IsSupported),
        ("avx10.1", Avx10v1.IsSupported),
        ("neon", System.Runtime.Intrinsics.Arm.AdvSimd.IsSupported), ("dotprod", System.Runtime.Intrinsics.Arm.Dp.IsSupported),
    ];
}
