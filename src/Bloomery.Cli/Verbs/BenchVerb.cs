using System.CommandLine;
using Bloomery.Cli.Bench;
using Bloomery.Cli.Framework;
using Bloomery.Cli.Input;
using Bloomery.Cli.Options;
using Bloomery.Cli.Output;
using Bloomery.Engine.Inference;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Platform;
using Bloomery.Numerics.Threading;

namespace Bloomery.Cli.Verbs;

/// <summary>Measures how fast models run.</summary>
[Key("bench")]
internal sealed class BenchVerb : Verb
{
    // Every sequence has memory of its own, of which the system gives a process so many pieces.
    private const int MaxBatch = 1024;

    private readonly Option<string[]> _models = OptionOf.Paths("--model", "MODEL", "A model (may be repeated; default: the embedded text model)", "-m");
    private readonly Option<string?> _prompts = NumberList.Option("--n-prompt", "Prompt lengths (default 512; 0 for none)", aliases: "-p");
    private readonly Option<string?> _generated = NumberList.Option("--n-gen", "Generation lengths (default 128; 0 for none)", aliases: "-n");
    private readonly Option<string[]> _pairs = NumberList.Pairs("--prompt-gen", "PP,TG", "A prompt of PP and then TG tokens (may be repeated)", "-pg");
    private readonly Option<string?> _batches = NumberList.Option("--batch", "Sequences decoded together (default 1)", 1, MaxBatch, "-b");
    private readonly Option<string?> _depths = NumberList.Option("--n-depth", "Tokens in the cache beforehand (default 0)", aliases: "-d");
    private readonly Option<string?> _threads =
        NumberList.Option("--threads", $"Threads (default here: {Processors.DefaultThreads})", 1, WorkerTeam.MaxThreads, "-t");
    private readonly Option<int?> _repetitions = OptionOf.Int("--repetitions", "How often each is measured (default 5)", least: 1, aliases: "-r");
    private readonly Option<string?> _output = OptionOf.Choice("--output", "The form of the result (default md)", "md", "json", "csv");
    private readonly Option<string[]> _kernels = OptionOf.Texts("--kernels", "TIER", "A kernel tier (may be repeated; default: the best that works)");
    private readonly Option<string[]> _kvTypes = OptionOf.Texts("--kv-type", "K[,V]", "Element types of the cache (may be repeated; default f16)");
    private readonly ComputeOptions _compute = new();

    /// <summary>Names the short form.</summary>
    public BenchVerb() => _output.Aliases.Add("-o");

    /// <inheritdoc/>
    public override string Summary => "Measures prompt and generation speed";

    /// <inheritdoc/>
    public override string Examples =>
        "bloomery bench\nbloomery bench -m model.gguf -p 512 -n 128 -t 1,2 -r 3 -o json\nbloomery bench -n 64 -p 0 -b 1,4 --kernels portable --kernels avx2";

    /// <inheritdoc/>
    public override string Remarks =>
        "As llama-bench: every combination of the lists is measured, after one warming run, on made-up tokens and without sampling. Prints the median and "
        + "half the distance between the quartiles in tokens per second. pp is a prompt, tg a generation.";

    /// <inheritdoc/>
    public override IEnumerable<Symbol> Symbols =>
        [_models, _prompts, _generated, _pairs, _batches, _depths, _threads, _repetitions, _output, _kernels, _kvTypes, _compute.Exact, _compute.Deterministic,
            _compute.Context, _compute.Mmap];

    /// <inheritdoc/>
    public override int Run(Call call)
    {
        IReadOnlyList<string?> models = OrDefault(call.Get(_models)), kernels = OrDefault(call.Get(_kernels)), kvTypes = OrDefault(call.Get(_kvTypes));
        IEnumerable<BenchTest> pairs = (call.Get(_pairs) ?? []).Select(NumberList.ReadPair).Select(pair => new BenchTest(pair.First, pair.Second));
        BenchTest[] tests = [.. BenchTest.All(NumberList.Read(call.Get(_prompts), 512), NumberList.Read(call.Get(_generated), 128), pairs)];
        if (tests.Length == 0) throw new UsageException("nothing to measure: -p and -n are 0");
        foreach (string? kv in kvTypes) CheckKvType(kv);
        foreach (string? tier in kernels) CheckKernels(tier);
        // What would end the last of many measurements, and lose all, is found before the first.
        foreach (string? tier in kernels) ComputeOptions.Detect(tier);
        string[] paths = [.. models.Select(model => ModelArgument.Resolve(model))];
        var rows = new List<BenchRow>();
        foreach (string path in paths)
            foreach (string? tier in kernels)
                foreach (string? kv in kvTypes)
                    foreach (int threads in NumberList.Read(call.Get(_threads), Processors.DefaultThreads))
                        rows.AddRange(Measure(call, path, tier, kv, threads, tests));
        switch (call.WantsJson ? "json" : call.Get(_output) ?? "md")
        {
            case "json":
                call.WriteJson(json => BenchOutput.Json(json, rows));
                break;
            case "csv":
                call.Write(BenchOutput.Csv(rows));
                break;
            default:
                string table = BenchOutput.Markdown(rows);
                bool fits = !Terminal.IsOutputTerminal || table.IndexOf('\n', StringComparison.Ordinal) <= Terminal.Width;
                call.Write(fits || call.Get(_output) == "md" ? table : BenchOutput.Fitted(rows, Terminal.Width));
                break;
        }
        return 0;
    }

    private List<BenchRow> Measure(Call call, string path, string? tier, string? kv, int threads, BenchTest[] tests)
    {
        bool exact = call.Get(_compute.Exact);
        (var keys, var values) = ComputeOptions.ParseKvType(kv);
        var options = new ModelOptions { Threads = threads, Kernels = tier, Exact = exact, KeyType = kv is null ? null : keys,
            ValueType = kv is null ? null : values, ContextLength = call.Get(_compute.Context), KeepMapping = call.Get(_compute.Mmap) };
        using Runtime runtime = ModelArgument.Load(call, options, path);
        if (!runtime.Facts.IsDecoder) throw new CliException($"{path}: bench measures decoders; {runtime.Facts.Family} is none");
        string name = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(path)), type = (kv ?? runtime.KeyType.ToString()).ToLowerInvariant();
        var speed = new SpeedTest(runtime, call.Cancellation);
        var rows = new List<BenchRow>();
        int repetitions = call.Get(_repetitions) ?? 5;
        long longest = NumberList.Read(call.Get(_depths), 0).Max() + tests.Max(test => (long)test.Prompt + test.Generated);
        if (longest > runtime.ContextLength)
            throw new CliException($"{path}: {longest} tokens do not fit its context of {runtime.ContextLength}; give smaller -p, -n, -pg or -d");
        foreach (int depth in NumberList.Read(call.Get(_depths), 0))
            foreach (int batch in NumberList.Read(call.Get(_batches), 1))
                foreach (BenchTest test in tests)
                {
                    var row = new BenchRow(name, runtime.Choice.Kernels.Name.Split('-')[0], threads, test.Prompt, test.Generated, depth, batch, type,
                        new double[repetitions]);
                    using ProgressLine progress = call.Progress($"{name}, {row.Kernels}, {threads} threads, {row.Test}");
                    speed.Run(Math.Min(test.Prompt, 64), Math.Min(test.Generated, 4), 0, batch);
                    for (int i = 0; i < repetitions; i++)
                    {
                        progress.Report((double)i / repetitions, "");
                        row.Samples[i] = speed.Run(test.Prompt, test.Generated, depth, batch);
                    }
                    rows.Add(row);
                }
        return rows;
    }

    private static IReadOnlyList<string?> OrDefault(string[]? named) => named is { Length: > 0 } ? named : new string?[1];

    private static void CheckKvType(string? text)
    {
        if (text is not null && ComputeOptions.KvTypeProblem("--kv-type", text) is { } problem) throw new UsageException(problem);
    }

    private static void CheckKernels(string? tier)
    {
        if (tier is not null && !ComputeOptions.Tiers.Contains(tier) && !ComputeOptions.IsTier(tier))
            throw new UsageException(
                $"--kernels takes {string.Join(", ", ComputeOptions.Tiers[..^1])} or {ComputeOptions.Tiers[^1]}, not '{tier}'; repeat it for several");
    }
}
