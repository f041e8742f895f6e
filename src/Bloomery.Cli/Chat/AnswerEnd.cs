namespace Bloomery.Cli.Chat;

/// <summary>Why an answer ended.</summary>
internal enum AnswerEnd
{
    /// <summary>The model ended it.</summary>
    Stop,

    /// <summary>The limit or the context was reached.</summary>
    Length,

    /// <summary>The user stopped it.</summary>
    Cancelled,
}
