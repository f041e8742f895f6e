using Bloomery.Cli.Framework;
using Bloomery.Engine;
using Bloomery.Engine.Inference;

namespace Bloomery.Cli.Text;

/// <summary>A sequence that begins with what a prompt cache holds, and goes back there with the whole prompt.</summary>
internal sealed class CachedPrompt : IDisposable
{
    private readonly PromptCache _cache;
    private readonly Call _call;
    private bool _settled;
    private Exception? _failure;

    /// <summary>Reads the cache, where there is one.</summary>
    /// <exception cref="CliException">The model or the place takes no cache.</exception>
    public CachedPrompt(Call call, Model model, string path, int[] prompt)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } directory && !Directory.Exists(directory)) throw new CliException($"--prompt-cache {path}: there is no directory {directory}");
        if (Directory.Exists(path)) throw new CliException($"--prompt-cache {path}: that is a directory; name a file");
        try
        {
            _cache = new PromptCache(model.Runtime, path);
        }
        catch (NotSupportedException e)
        {
            throw new CliException($"--prompt-cache: {e.Message}");
        }
        _call = call;
        Sequence = new Sequence(model.Runtime, prompt.Length);
        try
        {
            int reused = _cache.Restore(Sequence, prompt);
            // All but the last token, which is run again for its logits: nothing new to keep.
            _settled = reused >= prompt.Length - 1 && reused > 0;
            call.Detail(_cache.Unused is { } reason ? $"{path} is made anew: {reason}" : $"{Math.Min(reused, prompt.Length - 1)} of {prompt.Length} prompt tokens come from {path}");
        }
        catch
        {
            Sequence.Dispose();
            throw;
        }
    }

    /// <summary>What the text is appended to.</summary>
    public Sequence Sequence { get; }

    /// <summary>Writes the prompt down, when it has just been run. A failure is kept for <see cref="ThrowIfUnsaved"/>: it must not cost the answer.</summary>
    public void SaveOnce()
    {
        if (_settled) return;
        _settled = true;
        try
        {
            _cache.Save(Sequence);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _failure = e;
        }
    }

    /// <summary>Says that the cache could not be written.</summary>
    /// <exception cref="CliException">It could not.</exception>
    public void ThrowIfUnsaved()
    {
        if (_failure is not null) throw new CliException($"--prompt-cache {_cache.Path}: cannot be written: {_failure.Message}");
    }

    /// <inheritdoc/>
    public void Dispose() => Sequence.Dispose();
}
