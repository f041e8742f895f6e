using System.Collections.Concurrent;
using Bloomery.Engine;
using Bloomery.Engine.Embedding;
using Bloomery.Engine.Inference;
using Bloomery.Formats.ChatTemplates;
using Bloomery.Formats.Hub;
using Bloomery.Formats.Tokenizers;
using Bloomery.Models.Architectures;

namespace Bloomery;

/// <summary>A language or embedding model in this process: the public door. Thread-safe: calls take turns, in the order in which they come.</summary>
/// <remarks>
/// The asynchronous methods compute on a thread of their own and hold none of the thread pool, so that a web application goes on answering;
/// the synchronous ones compute on the caller's thread.
/// </remarks>
/// <example><code>
/// using Model model = Model.LoadDefault();
/// await foreach (string piece in model.GenerateAsync("Why is the sky blue?")) Console.Write(piece);
/// </code></example>
public sealed partial class Model : IDisposable, IAsyncDisposable
{
    private readonly Turns _turns = new(typeof(Model).FullName!);
    private readonly Lazy<TokenizerBundle> _bundle;
    private readonly ConcurrentDictionary<string, ChatTemplate> _templates = new();     // by source
    private readonly Lazy<Embedder> _embedder;
    private readonly Lazy<IReadOnlyList<int>> _endIds;

    private Model(string path, Runtime runtime, GenerationDefaults defaults)
    {
        (Path, Runtime, Defaults) = (path, runtime, defaults.Within(runtime.Architecture.VocabularySize));
        if (!Defaults.IsStated && Defaults.Sampling.ForcedEosIds is not { Count: > 0 }
            && runtime.Architecture.ForcedEosId is { } forced)
            Defaults = Defaults with { Sampling = Defaults.Sampling with { ForcedEosIds = [forced] } };
        _endIds = new Lazy<IReadOnlyList<int>>(FindEndIds);
        HasTokenizer = !Directory.Exists(path) || TokenizerLoader.IsIn(path);
        _bundle = new Lazy<TokenizerBundle>(() => TokenizerLoader.Load(path));
        _embedder = new Lazy<Embedder>(() => new Embedder(runtime, Tokenizer));
    }

    /// <summary>The file or directory that was loaded.</summary>
    public string Path { get; }

    /// <summary>Whether there is a tokenizer; without one, the model takes and gives ids alone.</summary>
    public bool HasTokenizer { get; }

    /// <summary>The tokenizer; read at first use, because what is given ids needs none.</summary>
    /// <exception cref="ModelFormatException">There is none, or it is damaged.</exception>
    public Tokenizer Tokenizer => _bundle.Value.Tokenizer;

    /// <summary>The tokenizer with what belongs to it: special tokens and chat templates.</summary>
    public TokenizerBundle TokenizerBundle => _bundle.Value;

    /// <summary>The default chat template, or null where the model has none.</summary>
    public ChatTemplate? ChatTemplate => _bundle.Value.ChatTemplate is { } source ? Parse(source) : null;

    /// <summary>What is wrong with the model's files and was passed over, one sentence each; of the tokenizer's files once it has been used.</summary>
    public IReadOnlyList<string> Warnings => [.. Runtime.Warnings, .. _bundle.IsValueCreated ? _bundle.Value.Warnings : []];

    /// <summary>The model's own advice on sampling and stopping.</summary>
    public GenerationDefaults Defaults { get; }

    internal Runtime Runtime { get; }

    /// <summary>Where asynchronous calls compute.</summary>
    internal JobThread Jobs { get; } = new();

    /// <summary>Longest sequence in tokens.</summary>
    public int ContextLength => Runtime.ContextLength;

    /// <summary>Columns of the logits.</summary>
    public int VocabularySize => Runtime.Architecture.VocabularySize;

    /// <summary>Columns of a hidden state, of a soft prompt and of an embedding.</summary>
    public int HiddenSize => Runtime.Architecture.HiddenSize;

    /// <summary>Whether the model generates text.</summary>
    public bool IsGenerative => Runtime.Architecture.Kind != ArchitectureKind.Encoder;

    /// <summary>Ids that end a text, by the tokenizer, the configuration and the generation defaults.</summary>
    public IReadOnlyList<int> EndIds => _endIds.Value;

    /// <summary>Ids that end a text by the model's files alone, without its tokenizer: what ends rows of ids.</summary>
    internal IReadOnlyList<int> ConfiguredEndIds =>
        Defaults.EndIds is { Count: > 0 } advised ? advised : GenerationDefaults.ReadEndIds(Runtime.Architecture.Config);

    /// <summary>The id that the decoder's text of an encoder-decoder begins with, or null.</summary>
    internal int? DecoderStartId => Defaults.DecoderStartId ?? Runtime.Architecture.DecoderStartId ?? Defaults.BosId;

    /// <summary>Loads a GGUF file, a directory with safetensors, or a model of the local store (<c>hf:ORG/NAME</c>).</summary>
    /// <exception cref="FileNotFoundException">There is no such file or directory, and no such name in the store; the message says what to do.</exception>
    /// <exception cref="ModelFormatException">The checkpoint is not what it claims to be, or is not supported.</exception>
    /// <exception cref="ArgumentException">An option cannot be honoured; the message names it.</exception>
    public static Model Load(string path, ModelOptions? options = null)
    {
        CheckPath(path);
        options ??= new ModelOptions();
        options.Validate();
        path = ModelLocation.Resolve(path);
        GenerationDefaults defaults = GenerationDefaults.Find(path); // first: nothing of the weights is held when this file is damaged
        return new Model(path, Runtime.Load(path, options), defaults);
    }

    /// <summary>Loads a model as <see cref="Load"/> does, on a thread of its own.</summary>
    /// <param name="path">A file, a directory, or a name of the local store.</param>
    /// <param name="options">How; <see cref="ModelOptions.Progress"/> is told how far it is.</param>
    /// <param name="cancellation">Gives up; what was loaded is freed.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static Task<Model> LoadAsync(string path, ModelOptions? options = null, CancellationToken cancellation = default)
    {
        CheckPath(path);
        options ??= new ModelOptions();
        options.Validate();
        return JobThread.RunAlone(() => LoadUnlessCancelled(path, options, cancellation));
    }

    /// <summary>Loads one of the default models.</summary>
    /// <exception cref="FileNotFoundException">It is not beside the program.</exception>
    public static Model LoadDefault(ModelKind kind = ModelKind.Text, ModelOptions? options = null) => Load(FindDefault(kind), options);

    /// <summary>Loads one of the default models, on a thread of its own.</summary>
    /// <inheritdoc cref="LoadAsync"/>
    /// <exception cref="FileNotFoundException">It is not beside the program.</exception>
    public static Task<Model> LoadDefaultAsync(ModelKind kind = ModelKind.Text, ModelOptions? options = null, CancellationToken cancellation = default) =>
        LoadAsync(FindDefault(kind), options, cancellation);

    /// <summary>
    /// Cancels what the model does, waits for that alone, and frees it; calls that wait for their turn, and all later ones, fail. It may be called
    /// again.
    /// </summary>
    public void Dispose()
    {
        _turns.Close();
        Runtime.Dispose();
    }

    /// <summary>Does what <see cref="Dispose"/> does without keeping the caller's thread.</summary>
    public ValueTask DisposeAsync() => new(JobThread.RunAlone(() =>
    {
        Dispose();
        return true;
    }));

    private static void CheckPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (string.IsNullOrWhiteSpace(path))
            throw new ArgumentException("the path is empty: name a file, a directory, or a model of the local store", nameof(path));
    }

    private static string FindDefault(ModelKind kind) =>
        Enum.IsDefined(kind)
            ? EmbeddedModels.Find(kind)
            : throw new ArgumentOutOfRangeException(nameof(kind), $"there is no kind {(int)kind} of default models");

    private static Model LoadUnlessCancelled(string path, ModelOptions options, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Model model = Load(path, cancellation.CanBeCanceled ? options with { Progress = new LoadProgress(options.Progress, cancellation) } : options);
        if (!cancellation.IsCancellationRequested) return model;
        model.Dispose();
        throw new OperationCanceledException(cancellation);
    }

    private IReadOnlyList<int> FindEndIds()
    {
        IReadOnlyList<int> configured = GenerationDefaults.ReadEndIds(Runtime.Architecture.Config);
        return [.. Defaults.EndIds.Concat(HasTokenizer ? _bundle.Value.EndIds : []).Concat(configured).Distinct()];
    }

    private ChatTemplate Parse(string source) => _templates.GetOrAdd(source, static (text, path) => ChatTemplate.Parse(text, path), Path);

    /// <summary>Progress of a load that ends as soon as it hears of a cancellation.</summary>
    private sealed class LoadProgress(IProgress<double>? listener, CancellationToken cancellation) : IProgress<double>
    {
        public void Report(double value)
        {
            cancellation.ThrowIfCancellationRequested();
            listener?.Report(value);
        }
    }
}
