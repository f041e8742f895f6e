namespace Bloomery.Formats.Tokenizers;

/// <summary>The special tokens that a tokenizer puts around a text, and why.</summary>
/// <param name="Before">Their ids in front of a text.</param>
/// <param name="Behind">Their ids behind it.</param>
/// <param name="Reason">What decided it, for people.</param>
public sealed record TokenFrame(IReadOnlyList<int> Before, IReadOnlyList<int> Behind, string Reason)
{
    /// <summary>Asks a tokenizer.</summary>
    internal static TokenFrame Of(Tokenizer tokenizer, string reason)
    {
        const string Text = "a";
        int[] plain = tokenizer.EncodeToIds(Text), framed = tokenizer.EncodeToIds(Text, new EncodeOptions { AddSpecial = true });
        int at = framed.AsSpan().IndexOf(plain);
        return at < 0 ? new TokenFrame([], [], reason) : new TokenFrame(framed[..at], framed[(at + plain.Length)..], reason);
    }
}
