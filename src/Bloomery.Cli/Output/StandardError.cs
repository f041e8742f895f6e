using System.Text;
using Bloomery.Cli.Framework;

namespace Bloomery.Cli.Output;

/// <summary>Standard error, whose loss must not end the program: what is said there is said beside the result.</summary>
internal sealed class StandardError : Stream
{
    private readonly Stream _inner;

    private StandardError(Stream inner) => _inner = inner;

    /// <summary>
    /// Takes the place of the console's own writer, which throws where a disk is full, or writes into the runtime's files where there is no
    /// standard error.
    /// </summary>
    public static void Install()
    {
        if (StandardHandles.IsErrorClosed) Console.SetError(TextWriter.Null);
        else if (Console.IsErrorRedirected && !OperatingSystem.IsWindows())
        {
            var writer = new StreamWriter(new StandardError(Console.OpenStandardError()), new UTF8Encoding(false)) { AutoFlush = true };
            Console.SetError(TextWriter.Synchronized(writer));
        }
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
        try
        {
            _inner.Write(buffer);
        }
        catch (IOException)
        {
            // There is nowhere to say that nothing can be said.
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
        // The inner stream holds nothing back.
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
