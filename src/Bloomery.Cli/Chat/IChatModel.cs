using Bloomery.Formats.ChatTemplates;

namespace Bloomery.Cli.Chat;

/// <summary>What a conversation needs of a model.</summary>
internal interface IChatModel
{
    /// <summary>Tokens that prompt and answer together may take.</summary>
    int ContextLength { get; }

    /// <summary>Tokens of the prompt that these messages make.</summary>
    int CountTokens(IReadOnlyList<ChatMessage> messages);

    /// <summary>Answers; text comes piece by piece.</summary>
    /// <returns>Why the answer ended.</returns>
    AnswerEnd Answer(IReadOnlyList<ChatMessage> messages, Action<string> onText, CancellationToken cancellation);
}
