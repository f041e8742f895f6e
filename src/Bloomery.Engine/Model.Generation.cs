using System.Runtime.CompilerServices;
using Bloomery.Engine.Generation;
using Bloomery.Engine.Inference;
using Bloomery.Engine.Sampling.Steps;
using Bloomery.Engine.Stopping;
using Bloomery.Models.Architectures;

namespace Bloomery;

/// <content>
/// Text: to its end or as it comes, on the caller's thread or beside it. Each way takes a prompt, a conversation or ids; where the elements of a
/// collection expression have no type of their own (<c>[new("user", "hi")]</c>), they are messages.
/// </content>
public sealed partial class Model
{
    /// <summary>Generates an answer to its end, on the caller's thread.</summary>
    /// <param name="prompt">What to answer, or to continue.</param>
    /// <param name="options">How; null: the model's defaults.</param>
    /// <param name="cancellation">Ends the answer early.</param>
    public GenerationResult Generate(string prompt, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        Generate(EncodePrompt(prompt, options, cancellation), options, cancellation);

    /// <summary>Answers a conversation to the end, on the caller's thread.</summary>
    [OverloadResolutionPriority(1)]
    public GenerationResult Generate(IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        Generate(EncodeChat(messages, options, cancellation), options, cancellation);

    /// <summary>Continues ids to the end, on the caller's thread.</summary>
    public GenerationResult Generate(int[] promptIds, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        using TextGeneration generation = Begin(promptIds, options);
        return _turns.Run(token => generation.RunToEnd(null, token), cancellation);
    }

    /// <summary>Generates an answer to its end, on a thread of the model's.</summary>
    /// <param name="prompt">What to answer, or to continue.</param>
    /// <param name="options">How; null: the model's defaults.</param>
    /// <param name="cancellation">Ends the answer early.</param>
    public Task<GenerationResult> CompleteAsync(string prompt, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return Jobs.Run(() => Generate(prompt, options, cancellation), cancellation);
    }

    /// <summary>Answers a conversation to the end, on a thread of the model's.</summary>
    [OverloadResolutionPriority(1)]
    public Task<GenerationResult> CompleteAsync(
        IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        ChatMessage[] taken = Snapshot(messages, options);
        return Jobs.Run(() => Generate(taken, options, cancellation), cancellation);
    }

    /// <summary>Continues ids to the end, on a thread of the model's.</summary>
    public Task<GenerationResult> CompleteAsync(int[] promptIds, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(promptIds);
        int[] taken = [.. promptIds];
        return Jobs.Run(() => Generate(taken, options, cancellation), cancellation);
    }

    /// <summary>Generates an answer as it comes, in pieces of text.</summary>
    /// <param name="prompt">What to answer, or to continue.</param>
    /// <param name="options">How; null: the model's defaults.</param>
    /// <param name="cancellation">Ends the answer early.</param>
    public IAsyncEnumerable<string> GenerateAsync(string prompt, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        TextStream.Texts(StreamAsync(prompt, options, cancellation));

    /// <summary>Answers a conversation as it comes, in pieces of text.</summary>
    [OverloadResolutionPriority(1)]
    public IAsyncEnumerable<string> GenerateAsync(
        IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        TextStream.Texts(StreamAsync(messages, options, cancellation));

    /// <summary>Continues ids as it comes, in pieces of text.</summary>
    public IAsyncEnumerable<string> GenerateAsync(int[] promptIds, GenerationOptions? options = null, CancellationToken cancellation = default) =>
        TextStream.Texts(StreamAsync(promptIds, options, cancellation));

    /// <summary>Generates an answer as it comes: text with its tokens, and with the last piece why it ended and how many tokens it took.</summary>
    /// <param name="prompt">What to answer, or to continue.</param>
    /// <param name="options">How; null: the model's defaults.</param>
    /// <param name="cancellation">Ends the answer early.</param>
    public IAsyncEnumerable<TextPiece> StreamAsync(string prompt, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        return TextStream.Run(Jobs, (onPiece, token) => Produce(EncodePrompt(prompt, options, token), options, onPiece, token), cancellation);
    }

    /// <summary>Answers a conversation as it comes, with tokens, reason and usage.</summary>
    [OverloadResolutionPriority(1)]
    public IAsyncEnumerable<TextPiece> StreamAsync(
        IReadOnlyList<ChatMessage> messages, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        ChatMessage[] taken = Snapshot(messages, options);
        return TextStream.Run(Jobs, (onPiece, token) => Produce(EncodeChat(taken, options, token), options, onPiece, token), cancellation);
    }

    /// <summary>Continues ids as it comes, with tokens, reason and usage.</summary>
    public IAsyncEnumerable<TextPiece> StreamAsync(int[] promptIds, GenerationOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(promptIds);
        int[] taken = [.. promptIds];
        return TextStream.Run(Jobs, (onPiece, token) => Produce(taken, options, onPiece, token), cancellation);
    }

    /// <summary>Begins a text that the caller drives step by step; each step takes a turn.</summary>
    /// <param name="promptIds">The prompt.</param>
    /// <param name="options">How; null: the model's defaults.</param>
    /// <exception cref="ArgumentException">An id is outside the vocabulary, there are none, or an option cannot be honoured.</exception>
    public TextGeneration Begin(int[] promptIds, GenerationOptions? options = null) => Begin(promptIds, options, null);

    /// <param name="promptIds">The prompt.</param>
    /// <param name="options">How; null: the model's defaults.</param>
    /// <param name="continued">Gives a sequence to continue: what it shares with the prompt is not run again. Called within a turn. Null: a new one.</param>
    internal TextGeneration Begin(int[] promptIds, GenerationOptions? options, Func<Sequence>? continued)
    {
        _turns.ThrowIfClosed();
        ArgumentNullException.ThrowIfNull(promptIds);
        promptIds = [.. promptIds]; // the caller may write to its own
        CheckPrompt(promptIds);
        options ??= new GenerationOptions();
        options.Validate(VocabularySize);
        bool both = Runtime.Architecture.Kind == ArchitectureKind.EncoderDecoder;
        if (options.SoftPrompt.Length % HiddenSize != 0)
            throw new ArgumentException($"SoftPrompt holds {options.SoftPrompt.Length} numbers, no whole number of rows of {HiddenSize}", nameof(options));
        int rows = (both ? 0 : promptIds.Length) + options.SoftPrompt.Length / HiddenSize;
        if (rows > ContextLength) throw new ArgumentException($"{rows} tokens do not fit the context of {ContextLength}", nameof(promptIds));
        CachedPrompt? cache = continued is null && options.PromptCache is { } file ? new CachedPrompt(Runtime, file, promptIds) : null;
        if (cache is not null && options.SoftPrompt.Length > 0) throw new ArgumentException("PromptCache and SoftPrompt exclude each other", nameof(options));
        int? start = both ? DecoderStartId ?? throw new InvalidOperationException("the model's configuration names no decoder_start_token_id") : null;
        SamplingOptions sampling = Defaults.Resolve(options, EndIds, both ? 1 : promptIds.Length);
        sampling.Validate();
        StopRules rules = new() { EndIds = sampling.EndIds, StopStrings = options.Stop, MinTokens = sampling.MinTokens ?? 0, MaxTokens = sampling.MaxTokens };
        GrammarMask? mask = TextConstraint.Of(options, HasTokenizer ? Tokenizer : null, sampling.EndIds);
        TextAssembler assembler = new(HasTokenizer ? Tokenizer : null, rules);

        return new TextGeneration(_turns, assembler, promptIds, cancellation =>
        {
            int capacity = promptIds.Length + Math.Min(sampling.MaxTokens ?? 256, 1024);
            Sequence sequence = both ? new Sequence(Runtime, 64, promptIds, options.SoftPrompt, cancellation)
                : continued?.Invoke() ?? cache?.Open(capacity) ?? new Sequence(Runtime, capacity, softPrompt: options.SoftPrompt);
            int cached = both ? 0 : Math.Min(sequence.Ids.CommonPrefixLength(promptIds), promptIds.Length - 1);
            if (!both) sequence.Truncate(cached);
            ReadOnlyMemory<int> feed = start is { } id ? new[] { id } : promptIds.AsMemory(cached);
            TokenGenerator tokens = new(sequence, VocabularySize, sampling, rules, both ? promptIds : null, mask is null ? [] : [mask]);
            return new OpenedText(sequence, both || continued is null, feed, cached, tokens, cache);
        });
    }

    /// <summary>Makes all steps of a text within one turn.</summary>
    internal GenerationResult RunToEnd(TextGeneration generation, Action<TextPiece>? onPiece, CancellationToken cancellation)
    {
        GenerationResult result = _turns.Run(token => generation.RunToEnd(onPiece, token), cancellation);
        if (result.Ids.Length == 0) onPiece?.Invoke(new TextPiece("", new TokenChoice(-1, float.NaN, 0), result.FinishReason) { Usage = result.Usage });
        return result;
    }

    private void Produce(int[] promptIds, GenerationOptions? options, Action<TextPiece> onPiece, CancellationToken cancellation)
    {
        using TextGeneration generation = Begin(promptIds, options);
        RunToEnd(generation, onPiece, cancellation);
    }

    private void CheckPrompt(int[] promptIds)
    {
        ArgumentNullException.ThrowIfNull(promptIds);
        if (!IsGenerative) throw new NotSupportedException($"{System.IO.Path.GetFileName(Path)} is an encoder: it embeds text and generates none");
        if (promptIds.Length == 0) throw new ArgumentException("an empty prompt: the model needs at least one token to go on from");
        Runtime.CheckIds(promptIds);
    }
}
