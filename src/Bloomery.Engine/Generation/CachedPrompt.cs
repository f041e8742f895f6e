using Bloomery.Engine.Inference;

namespace Bloomery.Engine.Generation;

/// <summary>A prompt that begins with what a file of keys and values holds, and goes back there whole.</summary>
internal sealed class CachedPrompt
{
    private readonly Runtime _runtime;
    private readonly PromptCache _cache;
    private readonly int[] _prompt;
    private bool _settled;

    /// <summary>Prepares to use a file, which need not be there yet.</summary>
    /// <exception cref="IOException">There is no directory for it, or it is one.</exception>
    /// <exception cref="NotSupportedException">The model is no decoder, or the file a pipe or a device.</exception>
    public CachedPrompt(Runtime runtime, string path, int[] prompt)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory && !Directory.Exists(directory))
            throw new DirectoryNotFoundException($"{path}: there is no directory {directory}");
        if (Directory.Exists(path)) throw new IOException($"{path}: that is a directory; name a file");
        (_runtime, _prompt, _cache) = (runtime, prompt, new PromptCache(runtime, path));
    }

    /// <summary>What became of the file, for those who watch.</summary>
    public string Remark { get; private set; } = "";

    /// <summary>Why the file could not be written, or null. It must not cost the answer.</summary>
    public string? Failure { get; private set; }

    /// <summary>A sequence that holds what the file shares with the prompt.</summary>
    /// <exception cref="ModelFormatException">The file is something else, or damaged: it is not written over.</exception>
    public Sequence Open(int capacity)
    {
        Sequence sequence = new(_runtime, capacity);
        try
        {
            int reused = _cache.Restore(sequence, _prompt);
            // All but the last token, which is run again for its logits: nothing new to keep.
            _settled = reused >= _prompt.Length - 1 && reused > 0;
            Remark = _cache.Unused is { } reason
                ? $"{_cache.Path} is made anew: {reason}"
                : $"{Math.Min(reused, _prompt.Length - 1)} of {_prompt.Length} prompt tokens come from {_cache.Path}";
            return sequence;
        }
        catch
        {
            sequence.Dispose();
            throw;
        }
    }

    /// <summary>Writes the prompt down when it has just been run, unless the file has it.</summary>
    public void Keep(Sequence sequence)
    {
        if (_settled) return;
        _settled = true;
        try
        {
            _cache.Save(sequence);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Failure = $"{_cache.Path}: cannot be written: {e.Message}";
        }
    }
}
