using System.Diagnostics;
using Bloomery.Formats;

namespace Bloomery.Tests.Formats;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        string path = _folder.Write("a", [1]);
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, stream =>
        {
            stream.WriteByte(2);
            throw new InvalidOperationException();
        }));
        Assert.Equal([1], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFileSystemEntries(_folder.Path));
    }

    [SkippableFact]
    public void A_link_stays_and_its_target_is_replaced()
    {
        Skip.If(OperatingSystem.IsWindows(), "links need rights there");
        string target = _folder.Write("target", [1]), link = _folder.Of("link");
        File.CreateSymbolicLink(link, target);
        AtomicFile.Write(link, stream => stream.WriteByte(2));
        Assert.Equal([2], File.ReadAllBytes(target));
        Assert.Equal(target, new FileInfo(link).LinkTarget);
    }

    [SkippableFact]
    public void A_pipe_is_written_to_and_not_replaced()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no named pipes in folders");
        string pipe = _folder.Of("pipe");
        using (Process made = Process.Start("mkfifo", pipe)) made.WaitForExit();
        Task<byte[]> reader = Task.Run(() =>
        {
            using var stream = new FileStream(pipe, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            byte[] got = new byte[2];
            stream.ReadExactly(got);
            return got;
        });
        AtomicFile.Write(pipe, stream => stream.Write([3, 4]));
        Assert.True(reader.Wait(TimeSpan.FromSeconds(20)));
        Assert.Equal([3, 4], reader.Result);
        Assert.Equal([pipe], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void What_cannot_be_written_is_said_with_its_name()
    {
        string inside = Path.Combine(_folder.Path, "no", "file");
        Assert.StartsWith($"{inside}: there is no directory", Assert.Throws<IOException>(() => AtomicFile.Write(inside, _ => { })).Message,
            StringComparison.Ordinal);
        Assert.StartsWith($"{_folder.Path}: is a directory", Assert.Throws<IOException>(() => AtomicFile.Check(_folder.Path)).Message,
            StringComparison.Ordinal);
    }
}
