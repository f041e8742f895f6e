namespace Bloomery;

/// <summary>One message of a conversation with plain text content.</summary>
/// <param name="Role">Who speaks: <c>system</c>, <c>user</c>, <c>assistant</c>, ...</param>
/// <param name="Content">What is said.</param>
public sealed record ChatMessage(string Role, string Content);
