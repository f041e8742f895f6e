using Bloomery.Engine.Inference;

namespace Bloomery.Engine.Chat;

/// <summary>What a conversation needs of a model.</summary>
internal interface IChatModel : IDisposable
{
    /// <summary>Tokens that prompt and answer together may take.</summary>
    int ContextLength { get; }

    /// <summary>Where answers are computed that nobody waits for on a thread.</summary>
    JobThread Jobs { get; }

    /// <summary>Tokens of the prompt that these messages make.</summary>
    int CountTokens(IReadOnlyList<ChatMessage> messages, GenerationOptions options, CancellationToken cancellation);

    /// <summary>Answers to the end; text comes piece by piece.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    GenerationResult Answer(IReadOnlyList<ChatMessage> messages, GenerationOptions options, Action<TextPiece> onPiece, CancellationToken cancellation);
}
