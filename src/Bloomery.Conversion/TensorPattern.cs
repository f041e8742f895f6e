using System.Text.RegularExpressions;

namespace Bloomery.Conversion;

/// <summary>
/// A pattern for tensor names: a regular expression found anywhere in the name, or, where it is none, text with <c>*</c> and <c>?</c>. It never takes long.
/// </summary>
internal sealed class TensorPattern
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);
    private readonly Regex _regex;

    /// <summary>Reads a pattern.</summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public TensorPattern(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        Text = text;
        _regex = Compile(text);
    }

    /// <summary>The pattern as it was given.</summary>
    public string Text { get; }

    /// <summary>Whether <paramref name="name"/> fits.</summary>
    /// <exception cref="ArgumentException">The pattern needs too long.</exception>
    public bool Matches(string name)
    {
        try
        {
            return _regex.IsMatch(name);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new ArgumentException($"the pattern '{Text}' takes too long on '{name}'");
        }
    }

    private static Regex Compile(string text)
    {
        const RegexOptions Common = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase;
        try
        {
            return new Regex(text, Common | RegexOptions.NonBacktracking, Patience);
        }
        catch (NotSupportedException)
        {
            return new Regex(text, Common, Patience); // looks around or refers back
        }
        catch (ArgumentException)
        {
            string glob = Regex.Escape(text).Replace(@"\*", ".*", StringComparison.Ordinal).Replace(@"\?", ".", StringComparison.Ordinal);
            return new Regex(glob, Common | RegexOptions.NonBacktracking, Patience);
        }
    }
}
