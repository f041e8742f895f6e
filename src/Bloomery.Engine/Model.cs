using Bloomery.Engine;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Bloomery.Engine.BeamSearch;
using Bloomery.Engine.Embedding;
using Bloomery.Engine.Generation;
using Bloomery.Engine.Inference;
using Bloomery.Engine.Stopping;
using Bloomery.Formats.ChatTemplates;
using Bloomery.Formats.Hub;
using Bloomery.Formats.Tokenizers;
using Bloomery.Models.Architectures;

namespace Bloomery;

/// <summary>A language or embedding model in this process: the public door. Thread-safe; calls take turns.</summary>
/// <example><code>
/// using Model model = Model.LoadDefault();
/// await foreach (string piece in model.GenerateAsync("Why is the sky blue?")) Console.Write(piece);
/// </code></example>
public sealed class Model : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lazy<TokenizerBundle> _bundle;
    private readonly Lazy<ChatTemplate?> _template;
    private readonly Lazy<Embedder> _embedder;
    private readonly Lazy<IReadOnlyList<int>> _endIds;
    private bool _disposed;

    private Model(string path, Runtime runtime, GenerationDefaults defaults)
    {
        (Path, Runtime, Defaults) = (path, runtime, defaults.Within(runtime.Architecture.Vocabulary));
        if (!Defaults.IsStated && Defaults.Sampling.ForcedEosIds is not { Count: > 0 } && (runtime.Architecture as EncoderDecoderArchitecture)?.ForcedEosId is { } forced)
            Defaults = Defaults with { Sampling = Defaults.Sampling with { ForcedEosIds = [forced] } };
        _endIds = new Lazy<IReadOnlyList<int>>(FindEndIds);
        HasTokenizer = !Directory.Exists(path) || TokenizerLoader.IsIn(path);
        _bundle = new Lazy<TokenizerBundle>(() => TokenizerLoader.Load(path));
        _template = new Lazy<ChatTemplate?>(() => _bundle.Value.ChatTemplate is { } source ? ChatTemplate.Parse(source, path) : null);
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

    /// <summary>The chat template, or null where the model has none.</summary>
    public ChatTemplate? ChatTemplate => _template.Value;

    /// <summary>What is wrong with the model's files and was passed over, one sentence each; of the tokenizer's files once it has been used.</summary>
    public IReadOnlyList<string> Warnings => [.. Runtime.Model.Warnings, .. _bundle.IsValueCreated ? _bundle.Value.Warnings : []];

    /// <summary>The model's own advice on sampling and stopping.</summary>
    public GenerationDefaults Defaults { get; }

    internal Runtime Runtime { get; }

    /// <summary>Longest sequence in tokens.</summary>
    public int ContextLength => Runtime.ContextLength;

    /// <summary>Columns of the logits.</summary>
    public int VocabularySize => Runtime.Architecture.Vocabulary;

    /// <summary>Columns of a hidden state, of a soft prompt and of an embedding.</summary>
    public int HiddenSize => Runtime.Architecture.Hidden;

    /// <summary>Whether the model generates text.</summary>
    public bool IsGenerative => Runtime.Architecture is not EncoderArchitecture;

    /// <summary>Ids that end a text, by the tokenizer, the configuration and the generation defaults.</summary>
    public IReadOnlyList<int> EndIds => _endIds.Value;

    /// <summary>Ids that end a text by the model's files alone, without its tokenizer: what ends rows of ids.</summary>
    internal IReadOnlyList<int> ConfiguredEndIds => Defaults.EndIds is { Count: > 0 } advised ? advised : GenerationDefaults.ReadEndIds(Runtime.Architecture.Config);

    /// <summary>The id that the decoder's text of an encoder-decoder begins with, or null.</summary>
    internal int? DecoderStartId => Defaults.DecoderStartId ?? (Runtime.Architecture as EncoderDecoderArchitecture)?.DecoderStartId ?? Defaults.BosId;

    /// <summary>Loads a GGUF file, a directory with safetensors, or a model of the local store (<c>hf:ORG/NAME</c>).</summary>
    /// <exception cref="FileNotFoundException">There is no such file or directory, and no such name in the store; the message says what to do.</exception>
    /// <exception cref="ModelFormatException">The checkpoint is not what it claims to be, or is not supported.</exception>
    /// <exception cref="ArgumentException">The context asked for is longer than the model's table of positions.</exception>
    public static Model Load(string path, ModelOptions? options = null)
    {
        options ??= new ModelOptions();
        options.Validate();
        path = ModelLocation.Resolve(path);
        GenerationDefaults defaults = GenerationDefaults.Find(path); // first: nothing of the weights is held when this file is damaged
        return new Model(path, Runtime.Load(path, options), defaults);
    }

    /// <summary>Loads one of the default models.</summary>
    /// <exception cref="FileNotFoundException">It is not beside the program.</exception>
    public static Model LoadDefault(ModelKind kind = ModelKind.Text, ModelOptions? options = null) => Load(EmbeddedModels.Find(kind), options);

    /// <summary>The ids of a prompt: through the chat template where the model has one, unless <see cref="GenerationOptions.Raw"/>.</summary>
    public int[] EncodePrompt(string prompt, GenerationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        options ??= new GenerationOptions();
        if (options.Raw || ChatTemplate is null)
            return Tokenizer.EncodeToIds(options.System is null ? prompt : options.System + "\n\n" + prompt, new EncodeOptions { AddSpecial = true });
        List<ChatMessage> messages = [];
        if (options.System is not null) messages.Add(new ChatMessage("system", options.System));
        messages.Add(new ChatMessage("user", prompt));
        return EncodeChat(messages);
    }

    /// <summary>The ids of a conversation, with the opening of the model's answer. Special tokens spelled in messages stay text.</summary>
    /// <exception cref="InvalidOperationException">The model has no chat template.</exception>
    public int[] EncodeChat(IReadOnlyList<ChatMessage> messages)
    {
        ChatTemplate template = ChatTemplate ?? throw new InvalidOperationException("the model has no chat template");
        Dictionary<string, string> special = [];
        if (TokenizerBundle.BosToken is { } bos) special["bos_token"] = bos;
        if (TokenizerBundle.EosToken is { } eos) special["eos_token"] = eos;
        RenderedPrompt prompt = template.Render(messages, addGenerationPrompt: true, special);
        TextRange[] plain = [.. prompt.PlainRanges.Select(r => new TextRange(r.Begin, r.End))];
        return Tokenizer.EncodeToIds(prompt.Text, new EncodeOptions { ParseSpecial = true, PlainRanges = plain });
    }

    /// <summary>Generates an answer as it comes, in pieces of text.</summary>
    /// <param name="prompt">What to answer, or to continue.</param>
    /// <param name="options">How; null: the model's defaults.</param>
    /// <param name="cancellation">Ends the answer early.</param>
    public IAsyncEnumerable<string> GenerateAsync(string prompt, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        GenerateAsync(EncodePrompt(prompt, options), options, cancellation);

    /// <summary>Answers a conversation as it comes, in pieces of text.</summary>
    public IAsyncEnumerable<string> GenerateAsync(IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        GenerateAsync(EncodeChat(messages), options, cancellation);

    /// <summary>Continues ids as it comes, in pieces of text.</summary>
    public async IAsyncEnumerable<string> GenerateAsync(int[] promptIds, GenerationOptions? options = null, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        using CancellationTokenSource abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        // A text is small: its reader may be slow, or call the model in turn, without keeping others from it.
        Channel<string> pieces = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        Task work = Task.Run(() => Produce(promptIds, options, pieces.Writer, abandoned.Token), CancellationToken.None);
        try
        {
            await foreach (string piece in pieces.Reader.ReadAllAsync(cancellation).ConfigureAwait(false)) yield return piece;
        }
        finally
        {
            await abandoned.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Generates an answer to its end.</summary>
    public GenerationResult Generate(string prompt, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        Generate(EncodePrompt(prompt, options), options, cancellation);

    /// <summary>Answers a conversation to the end.</summary>
    public GenerationResult Generate(IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        Generate(EncodeChat(messages), options, cancellation);

    /// <summary>Continues ids to the end.</summary>
    public GenerationResult Generate(int[] promptIds, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        TakeTurn(cancellation);
        try
        {
            using TextGeneration generation = Begin(promptIds, options, null, cancellation);
            while (generation.MoveNext(out _, cancellation))
            {
            }
            return generation.Result;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Continues ids by beam search; what the model's generation configuration bans or forces holds. Of an encoder-decoder the ids are the encoder's.</summary>
    /// <returns>The best <see cref="BeamOptions.ReturnCount"/> texts, best first.</returns>
    /// <exception cref="ArgumentException">An id is outside the vocabulary, there are none, or they do not fit the context.</exception>
    public IReadOnlyList<BeamHypothesis> BeamSearch(int[] promptIds, BeamOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        CheckPrompt(promptIds);
        if (promptIds.Length > ContextLength && Runtime.Architecture is not EncoderDecoderArchitecture) throw new ArgumentException($"a prompt of {promptIds.Length} tokens does not fit the context of {ContextLength}");
        TakeTurn(cancellation);
        try
        {
            RowGeneration rows = new(this, new GenerationOptions { Temperature = 0 })
            {
                MaxNewTokens = options.MaxNewTokens, Beams = options.NumBeams, LengthPenalty = options.LengthPenalty,
                EarlyStopping = options.EarlyStopping, EndIds = options.EndIds ?? ConfiguredEndIds,
            };
            return rows.Search(promptIds, null, options.ReturnCount, cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Begins a text that the caller drives step by step, without taking turns: for programs that own the model.</summary>
    /// <param name="promptIds">The prompt.</param>
    /// <param name="options">How; null: the model's defaults.</param>
    public TextGeneration Begin(int[] promptIds, GenerationOptions? options = null) => Begin(promptIds, options, null);

    /// <param name="promptIds">The prompt.</param>
    /// <param name="options">How; null: the model's defaults.</param>
    /// <param name="continued">A sequence to continue: what it shares with the prompt is not run again. Null: a new one.</param>
    /// <param name="cancellation">Ends the run of an encoder.</param>
    internal TextGeneration Begin(int[] promptIds, GenerationOptions? options, Sequence? continued, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        CheckPrompt(promptIds);
        options ??= new GenerationOptions();
        int vocabulary = VocabularySize;
        bool both = Runtime.Architecture is EncoderDecoderArchitecture;
        options.Validate(vocabulary);
        SamplingOptions sampling = Defaults.Resolve(options, EndIds, both ? 1 : promptIds.Length);
        StopRules rules = new() { EndIds = sampling.EndIds, StopStrings = options.Stop, MinTokens = sampling.MinTokens ?? 0, MaxTokens = sampling.MaxTokens };

        if (both)
        {
            int start = DecoderStartId ?? throw new InvalidOperationException("the model's configuration names no decoder_start_token_id");
            Sequence decoder = new(Runtime, 64, promptIds, options.SoftPrompt, cancellation);
            TokenGenerator steps = new(decoder, vocabulary, sampling, rules, promptIds);
            return new TextGeneration(decoder, ownsSequence: true, HasTokenizer ? Tokenizer : null, promptIds, new[] { start }, steps, rules);
        }
        Sequence sequence = continued ?? new Sequence(Runtime, promptIds.Length + Math.Min(sampling.MaxTokens ?? 256, 1024), softPrompt: options.SoftPrompt);
        int shared = continued is null ? 0 : Math.Min(sequence.Ids.CommonPrefixLength(promptIds), promptIds.Length - 1);
        sequence.Truncate(shared);
        TokenGenerator tokens = new(sequence, vocabulary, sampling, rules);
        return new TextGeneration(sequence, continued is null, HasTokenizer ? Tokenizer : null, promptIds, promptIds.AsMemory(shared), tokens, rules);
    }

    /// <summary>Runs whole inputs and keeps what the model answers at every token: logits, hidden states, pooled vectors. For research and tests.</summary>
    /// <exception cref="ArgumentException">An id is outside the vocabulary, or an input does not fit the model.</exception>
    public IReadOnlyList<ForwardResult> Forward(IReadOnlyList<ForwardRow> rows, ForwardOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        TakeTurn(cancellation);
        try
        {
            return new ForwardPass(Runtime, options ?? new ForwardOptions()).Run(rows, cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Turns texts into vectors.</summary>
    /// <returns>One vector a text, of length 1 unless the options or the model say otherwise.</returns>
    public float[][] Embed(IReadOnlyList<string> texts, EmbeddingOptions? options = null, CancellationToken cancellation = default) => EmbedWithDetails(texts, options, cancellation).Vectors;

    /// <summary>Turns texts into vectors, and says how.</summary>
    public EmbeddingResult EmbedWithDetails(IReadOnlyList<string> texts, EmbeddingOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        TakeTurn(cancellation);
        try
        {
            return _embedder.Value.Run(texts, options, cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Waits for the call that is under way and frees the model; those that wait for their turn fail.</summary>
    public void Dispose()
    {
        _turn.Wait();
        if (!_disposed) Runtime.Dispose();
        _disposed = true;
        _turn.Release(); // never disposed: whoever waits for a turn is to find out
    }

    private IReadOnlyList<int> FindEndIds()
    {
        IReadOnlyList<int> configured = GenerationDefaults.ReadEndIds(Runtime.Architecture.Config);
        return [.. Defaults.EndIds.Concat(HasTokenizer ? _bundle.Value.EndIds : []).Concat(configured).Distinct()];
    }

    private void CheckPrompt(int[] promptIds)
    {
        ArgumentNullException.ThrowIfNull(promptIds);
        if (!IsGenerative) throw new NotSupportedException($"{System.IO.Path.GetFileName(Path)} is an encoder: it embeds text and generates none");
        if (promptIds.Length == 0) throw new ArgumentException("an empty prompt: the model needs at least one token to go on from");
        Runtime.CheckIds(promptIds);
    }

    private void TakeTurn(CancellationToken cancellation)
    {
        _turn.Wait(cancellation);
        if (!_disposed) return;
        _turn.Release();
        throw new ObjectDisposedException(nameof(Model));
    }

    private async Task Produce(int[] promptIds, GenerationOptions? options, ChannelWriter<string> writer, CancellationToken cancellation)
    {
        try
        {
            await _turn.WaitAsync(cancellation).ConfigureAwait(false);
            try
            {
                using TextGeneration generation = Begin(promptIds, options, null, cancellation);
                while (generation.MoveNext(out TextPiece piece, cancellation))
                    if (piece.Text.Length > 0) writer.TryWrite(piece.Text);
            }
            finally
            {
                _turn.Release();
            }
            writer.Complete();
        }
        catch (Exception e)
        {
            writer.Complete(e is OperationCanceledException ? null : e);
        }
    }
}
