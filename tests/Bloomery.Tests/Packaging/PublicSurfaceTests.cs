using System.Reflection;
using Bloomery.Engine;
using Bloomery.TestSupport;

namespace Bloomery.Tests.Packaging;

/// <summary>
/// The public surface of the packed assemblies is written down in <c>docs/public-api/</c>, so that whoever changes it sees that they do.
/// <c>./test --accept-api</c> writes it anew.
/// </summary>
public sealed class PublicSurfaceTests
{
    private const int MostShown = 30;
    private static readonly string[] Layers = ["Bloomery.Numerics", "Bloomery.Formats", "Bloomery.Models", "Bloomery.Conversion", "Bloomery.Engine"];

    [Theory]
    [InlineData("Bloomery.Numerics")]
    [InlineData("Bloomery.Formats")]
    [InlineData("Bloomery.Models")]
    [InlineData("Bloomery.Conversion")]
    [InlineData("Bloomery.Engine")]
    public void Is_what_is_written_down(string name)
    {
        string file = Path.Combine(TestPaths.Repository, "docs", "public-api", name + ".txt");
        string[] actual = [.. PublicSurface.Of(Assembly.Load(name))];
        if (Environment.GetEnvironmentVariable("BLOOMERY_ACCEPT_API") == "1")
        {
            if (actual.Length > 0) File.WriteAllText(file, string.Concat(actual.Select(line => line + "\n")));
            else File.Delete(file);
        }

        // A layer that shows nothing has no file.
        string[] written = File.Exists(file) ? File.ReadAllLines(file) : [];
        string[] gone = Qualified(written).Except(Qualified(actual)).ToArray(), added = Qualified(actual).Except(Qualified(written)).ToArray();
        string[] changes = [.. gone.Select(line => "- " + line), .. added.Select(line => "+ " + line)];
        Assert.True(written.SequenceEqual(actual),
            $"the public surface is not what {file} says; './test --accept-api' writes it "
            + $"anew:\n{string.Join('\n', changes.Take(MostShown))}{(changes.Length > MostShown ? $"\n... and {changes.Length - MostShown} more" : "")}");
    }

    /// <summary>The front door: one namespace holds all that a program names to call a model, and stays small.</summary>
    [Fact]
    public void The_first_namespace_is_the_door()
    {
        Assert.DoesNotContain(typeof(Model).Assembly.GetExportedTypes(), type => type.Namespace != "Bloomery");
        string[] below = [.. Layers[..^1].SelectMany(name => Assembly.Load(name).GetExportedTypes())
            .Where(type => type.Namespace == "Bloomery").Select(type => type.Name).Order()];
        Assert.Equal(["ChatMessage", "KvType", "ModelFormatException"], below);
        Assert.InRange(typeof(Model).Assembly.GetExportedTypes().Length, 10, 30);
    }

    /// <summary>Layers below the door show only what its methods take and give; whoever makes a type public has a reason.</summary>
    [Fact]
    public void The_whole_surface_is_small()
    {
        int types = Layers.Sum(name => Assembly.Load(name).GetExportedTypes().Length);
        Assert.InRange(types, 20, 80);
    }

    /// <summary>Members together with their type, which is on a line above them.</summary>
    private static IEnumerable<string> Qualified(IEnumerable<string> lines)
    {
        string type = "";
        foreach (string line in lines)
        {
            if (line.StartsWith(' ')) yield return $"{type.Split(" : ")[0]}: {line.Trim()}";
            else yield return type = line;
        }
    }
}
