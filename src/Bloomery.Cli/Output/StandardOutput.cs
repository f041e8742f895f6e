using Bloomery.Cli.Framework;
using Microsoft.Win32.SafeHandles;

namespace Bloomery.Cli.Output;

/// <summary>
/// Standard output that notices a closed pipe (the console's own stream swallows that error, and a long answer would go on for nobody), and
/// says in words why else nothing can be written.
/// </summary>
internal sealed class StandardOutput : Stream
{
    private const int BrokenPipe = 32;
    private readonly Stream? _inner;

    private StandardOutput(Stream? inner) => _inner = inner;

    /// <summary>Opens it. Only a pipe is written directly: on a file shared with other programs the position is the console's to keep.</summary>
    public static Stream Open()
    {
        if (StandardHandles.IsOutputClosed) return new StandardOutput(null);
        if (!OperatingSystem.IsWindows() && Console.IsOutputRedirected)
        {
            try
            {
                var direct = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
                if (!direct.CanSeek) return new StandardOutput(direct);
            }
            catch (IOException)
            {
                // Closed from the start, or something that is not a stream: the console's stream copes.
            }
            catch (UnauthorizedAccessException)
            {
            }
        }
        return new StandardOutput(Console.OpenStandardOutput());
    }

    /// <summary>Makes sure that there is a standard output, before work is done for it.</summary>
    /// <exception cref="CliException">The program was started without one.</exception>
    public static void Check()
    {
        if (StandardHandles.IsOutputClosed)
            throw new CliException("standard output is closed, so the result has nowhere to go; send it to a file, a pipe or /dev/null");
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Check();
        try
        {
            _inner!.Write(buffer);
        }
        catch (IOException e)
        {
            throw e.HResult == BrokenPipe
                ? new ClosedPipeException()
                : new CliException($"standard output cannot be written: {e.Message}; make room there, or send it elsewhere");
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush() => _inner?.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
