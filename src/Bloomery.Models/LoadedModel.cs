using System.Text.Json.Nodes;
using Bloomery.Formats;
using Bloomery.Formats.Gguf;
using Bloomery.Models.Architectures;
using Bloomery.Models.Config;
using Bloomery.Models.Planning;
using Bloomery.Models.Weights;
using Bloomery.Numerics.Catalogs;
using Bloomery.Numerics.Kernels;

namespace Bloomery.Models;

/// <summary>A checkpoint in memory: its configuration, architecture, weights, and the plans that are made from them.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly Dictionary<(PlanRole Role, bool Record), Plan> _plans = [];

    private LoadedModel(string path, Architecture architecture, WeightSet weights) => (Path, Architecture, Weights) = (path, architecture, weights);

    /// <summary>All architectures, by key.</summary>
    public static Catalog<Architecture> Architectures { get; } = new(typeof(Architecture).Assembly);

    /// <summary>The file or directory that was loaded.</summary>
    public string Path { get; }

    /// <summary>The family and its configuration.</summary>
    public Architecture Architecture { get; }

    /// <summary>The weights.</summary>
    public WeightSet Weights { get; }

    /// <summary>
    /// Longest sequence whose positions the model can tell apart: the rows of its table of learned positions; null where positions are computed (RoPE,
    /// ALiBi, relative), so that a text may go beyond what the model was made for.
    /// </summary>
    public int? PositionLimit => Weights.Names.Any(name => name.EndsWith("position_embd.weight", StringComparison.Ordinal)) ? Architecture.ContextLength : null;

    /// <summary>What a user should hear about the checkpoint: one sentence each.</summary>
    public IReadOnlyList<string> Warnings => Weights.Warning is { } warning ? [warning] : [];

    /// <summary>Loads a GGUF file, or a directory with <c>config.json</c> and safetensors.</summary>
    /// <param name="path">The file or directory.</param>
    /// <param name="kernels">Whose layout the matrices take.</param>
    /// <param name="progress">Told the share that is done, 0 to 1.</param>
    /// <param name="keepMapping">
    /// Whether weights that need no packing stay in the mapped file. A fault on the mapping of a file that somebody truncates ends the process.
    /// </param>
    /// <param name="threads">How many threads copy and pack weights; 0: one a processor.</param>
    /// <exception cref="ModelFormatException">The checkpoint is not what it claims to be, or is not supported.</exception>
    public static LoadedModel Load(string path, KernelSet kernels, IProgress<double>? progress = null, bool keepMapping = false, int threads = 0)
    {
        TensorFile file = OpenFile(path);
        bool kept = false;
        try
        {
            ModelConfig config = ReadConfig(path, file);
            Architecture architecture = MakeArchitecture(config);
            WeightMap map = new(config.IsGguf, file.Tensors.ContainsKey, path);
            architecture.Map(map);
            WeightSet weights = WeightLoader.Load(file, map, kernels, progress, keepMapping, threads);
            if (kept = weights.MappedBytes > 0) weights.Own(file);
            return new LoadedModel(path, architecture, weights);
        }
        finally
        {
            if (!kept) file.Dispose();
        }
    }

    /// <summary>Makes the architecture that <paramref name="config"/> asks for.</summary>
    /// <exception cref="ModelFormatException">There is none of that name, or the configuration is not supported.</exception>
    public static Architecture MakeArchitecture(ModelConfig config)
    {
        config = CheckpointConfig.LanguageModel(config);
        CheckpointConfig.RefuseUnsupported(config);
        if (!Architectures.TryFind(config.ModelType, out _))
            throw config.Error("model_type",
                $"is '{config.ModelType}', an architecture that is not supported; supported are {string.Join(", ", Architectures.Names)}");
        return Architectures.Create(config.ModelType, config.IsGguf ? GgufDialect.Translate(config) : config);
    }

    /// <summary>The configuration of a checkpoint that is open.</summary>
    public static ModelConfig ReadConfig(string path, TensorFile file)
    {
        if (file is GgufFile gguf) return GgufConfig.Read(gguf);
        string directory = Directory.Exists(path) ? path : System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!;
        string config = System.IO.Path.Combine(directory, "config.json");
        if (!File.Exists(config))
            throw new ModelFormatException(path, null, null, "there is no config.json beside the weights, so the architecture is unknown");
        return CheckpointConfig.LanguageModel(ModelConfig.Load(config));
    }

    /// <summary>The plan of one role, made at first use.</summary>
    public Plan Plan(PlanRole role, bool recordHiddenStates = false)
    {
        lock (_plans)
        {
            if (!_plans.TryGetValue((role, recordHiddenStates), out Plan? plan))
                _plans[(role, recordHiddenStates)] = plan = Architecture.Trace(role, Weights, recordHiddenStates);
            return plan;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Weights.Dispose();

    private static TensorFile OpenFile(string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path)) throw new FileNotFoundException($"{path}: there is no such file or directory", path);
        return TensorFile.OpenAny(path);
    }
}
