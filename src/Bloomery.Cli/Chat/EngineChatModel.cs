using Bloomery.Engine;
using Bloomery.Engine.Generation;
using Bloomery.Engine.Inference;
using Bloomery.Engine.Stopping;
using Bloomery.Formats.ChatTemplates;

namespace Bloomery.Cli.Chat;

/// <summary>A chat with a loaded model: the tokens of a turn are kept, so that the next one runs only what is new.</summary>
internal sealed class EngineChatModel(Model model, GenerationOptions options) : IChatModel, IDisposable
{
    private readonly Sequence _sequence = new(model.Runtime, 512);

    /// <inheritdoc/>
    public int ContextLength => model.ContextLength;

    /// <inheritdoc/>
    public int CountTokens(IReadOnlyList<ChatMessage> messages) => model.EncodeChat(messages).Length;

    /// <inheritdoc/>
    public AnswerEnd Answer(IReadOnlyList<ChatMessage> messages, Action<string> onText, CancellationToken cancellation)
    {
        using TextGeneration generation = model.Begin(model.EncodeChat(messages), options, _sequence);
        try
        {
            while (generation.MoveNext(out TextPiece piece, cancellation))
                if (piece.Text.Length > 0) onText(piece.Text);
        }
        catch (OperationCanceledException)
        {
            return AnswerEnd.Cancelled;
        }
        return generation.FinishReason == FinishReason.Length ? AnswerEnd.Length : AnswerEnd.Stop;
    }

    /// <inheritdoc/>
    public void Dispose() => _sequence.Dispose();
}
