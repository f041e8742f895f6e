namespace Bloomery.Formats.Tokenizers.Patterns.Regexes;

/// <summary>A compiled expression.</summary>
/// <param name="Code">Its instructions.</param>
/// <param name="Registers">How many registers they use.</param>
internal sealed record RegexProgram(RegexInstruction[] Code, int Registers)
{
    /// <summary>Whether it refers to what groups took.</summary>
    public bool RemembersGroups { get; } = Array.Exists(Code, i => i.Operation is RegexOperation.Save);

    /// <summary>The registers that hold where what is found begins.</summary>
    public int[] Keeps { get; } = [.. Code.Where(i => i.Operation == RegexOperation.Keep).Select(i => i.A)];
}
