using Bloomery.Engine.Inference;

namespace Bloomery.Engine.Chat;

/// <summary>A chat with a loaded model: the tokens of a turn are kept, so that the next one runs only what is new.</summary>
internal sealed class EngineChatModel(Model model) : IChatModel
{
    private Sequence? _sequence;
    private ReadOnlyMemory<float> _softPrompt;

    /// <inheritdoc/>
    public int ContextLength => model.ContextLength;

    /// <inheritdoc/>
    public JobThread Jobs => model.Jobs;

    /// <inheritdoc/>
    public int CountTokens(IReadOnlyList<ChatMessage> messages, GenerationOptions options, CancellationToken cancellation) =>
        model.EncodeChat(messages, options, cancellation).Length;

    /// <inheritdoc/>
    public GenerationResult Answer(IReadOnlyList<ChatMessage> messages, GenerationOptions options, Action<TextPiece> onPiece, CancellationToken cancellation)
    {
        using TextGeneration generation = model.Begin(model.EncodeChat(messages, options, cancellation), options, () => Continued(options.SoftPrompt));
        return model.RunToEnd(generation, onPiece, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _sequence?.Dispose();

    private Sequence Continued(ReadOnlyMemory<float> softPrompt)
    {
        if (_sequence is not null && _softPrompt.Equals(softPrompt)) return _sequence;
        _sequence?.Dispose();
        _sequence = null;
        _softPrompt = softPrompt;
        return _sequence = new Sequence(model.Runtime, 512, softPrompt: softPrompt);
    }
}
